using System.CommandLine;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Parsing;
using ClusterSearch.Gateway.Security;

namespace ClusterSearch.Cli.Commands;

/// <summary>`keys`: who may reach a gateway from other machines.</summary>
internal sealed class KeysCommand : DocumentedCommand
{
    public KeysCommand(Surroundings surroundings)
        : base("keys", "Keys for `serve` beyond this machine. A key is shown once, when it is made; only its hash is kept.",
            new Example("clustersearch keys add editors", "A key that may search; hand it to the editors."),
            new Example("clustersearch keys list", "Which keys there are."))
    {
        Add(new AddCommand(surroundings));
        Add(new ListCommand(surroundings));
        Add(new RemoveCommand(surroundings));
    }

    public static string PathOf(string? given, string archiveDirectory, string workingDirectory) =>
        given is null ? Path.Combine(archiveDirectory, "keys.json") : Path.GetFullPath(given, workingDirectory);

    internal abstract class KeyFileCommand : ArchiveCommand
    {
        private readonly Option<string?> _file;

        protected KeyFileCommand(Surroundings surroundings, string name, string description, params Example[] examples)
            : base(surroundings, name, description, examples) =>
            _file = Value("--keys", "FILE", "The file of keys. Default: keys.json in the archive.");

        protected string File(ParseResult parse) => PathOf(parse.GetValue(_file), ArchiveDirectory(parse), Surroundings.WorkingDirectory);
    }

    private sealed class AddCommand : KeyFileCommand
    {
        private readonly Argument<string> _name;
        private readonly Option<string?> _role;

        public AddCommand(Surroundings surroundings)
            : base(surroundings, "add", "Make a key.", new Example("clustersearch keys add editors", "A key that may search and play."),
                new Example("clustersearch keys add nas --role ingest", "A key that may also take footage in."))
        {
            _name = Positional<string>("NAME", ArgumentArity.ExactlyOne, "What the key is called.");
            _role = Value("--role", "read|ingest|admin", "read: search and play; ingest: also take footage in; admin: also remove. Default: read.");
        }

        protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
        {
            var role = parse.GetValue(_role) is { } text ? Choice.Of<Role>(text, _role.Name) : Role.Read;
            var (keys, secret) = ApiKeys.Read(File(parse)).Add(parse.GetRequiredValue(_name), role, Surroundings.Clock.GetUtcNow());
            keys.Write(File(parse));
            Present(parse, new KeyDocument(parse.GetRequiredValue(_name), role.ToString().ToLowerInvariant(), secret), DocumentContext.Readable.KeyDocument,
                key => Terminal.Out.WriteLine(key.Key));
            Terminal.Error.WriteLine("this key is not shown again; a gateway that runs takes it after a restart");
            return Task.FromResult(ExitCodes.Done);
        }
    }

    private sealed class ListCommand(Surroundings surroundings)
        : KeyFileCommand(surroundings, "list", "Show which keys there are.", new Example("clustersearch keys list", "Names, roles and dates; never the keys."),
            new Example("clustersearch keys list --json", "As JSON."))
    {
        protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
        {
            var keys = ApiKeys.Read(File(parse)).List;
            Present(parse, new KeysDocument([.. keys.Select(key => new KeyEntryDocument(key.Name, key.Role.ToString().ToLowerInvariant(), key.CreatedAt))]), DocumentContext.Readable.KeysDocument,
                document =>
                {
                    foreach (var key in document.Keys) Terminal.Out.WriteLine(Presentation.Wording.Safe($"{key.Name}  {key.Role}  {key.CreatedAt:yyyy-MM-dd}"));
                    if (document.Keys.Count == 0) Terminal.Out.WriteLine("there are no keys; `clustersearch keys add NAME` makes one");
                });
            return Task.FromResult(ExitCodes.Done);
        }
    }

    private sealed class RemoveCommand : KeyFileCommand
    {
        private readonly Argument<string> _name;

        public RemoveCommand(Surroundings surroundings)
            : base(surroundings, "remove", "Take a key away.", new Example("clustersearch keys remove editors", "The key opens nothing any more once the gateway is restarted."),
                new Example("clustersearch keys remove nas --archive /srv/archive", "Of another archive.")) =>
            _name = Positional<string>("NAME", ArgumentArity.ExactlyOne, "The key's name.");

        protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
        {
            var name = parse.GetRequiredValue(_name);
            ApiKeys.Read(File(parse)).Remove(name).Write(File(parse));
            Present(parse, new KeyEntryDocument(name, null, null), DocumentContext.Readable.KeyEntryDocument, _ => Terminal.Out.WriteLine($"removed {Presentation.Wording.Safe(name)}"));
            return Task.FromResult(ExitCodes.Done);
        }
    }
}
