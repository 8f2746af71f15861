using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Cli.Commands;

/// <summary>A command that does something. Helpers here are what most of them need.</summary>
internal abstract class ArchiveCommand : DocumentedCommand
{
    protected ArchiveCommand(Surroundings surroundings, string name, string description, params Example[] examples)
        : base(name, description, examples)
    {
        Surroundings = surroundings;
        SetAction(RunAsync);
    }

    protected Surroundings Surroundings { get; }

    protected Terminal Terminal => Surroundings.Terminal;

    /// <returns>An exit code.</returns>
    protected abstract Task<int> RunAsync(ParseResult parse, CancellationToken cancellation);

    /// <param name="parse">The command line.</param>
    /// <param name="mode">What for.</param>
    /// <param name="cancellation">Stops waiting for the archive.</param>
    /// <param name="execution">What models run on; null: the processor.</param>
    /// <param name="service">What the process is called in telemetry.</param>
    protected Task<ArchiveHost> OpenAsync(
        ParseResult parse, OpenMode mode, CancellationToken cancellation, ModelOptions? execution = null, string service = CommandLineProgram.Name)
    {
        RootMapping.SetDefaults(new Settings(Surroundings.Variable, Surroundings.WorkingDirectory).Roots);
        return Surroundings.Archives.OpenAsync(Address(parse) with { Execution = execution ?? new ModelOptions(), Service = service }, mode, cancellation);
    }

    protected ArchiveAddress Address(ParseResult parse) => new(ArchiveDirectory(parse), Setting(parse, GlobalOptions.Catalog, "catalog")?.Value);

    /// <summary>Absolute.</summary>
    protected string ArchiveDirectory(ParseResult parse) =>
        FullPath(Setting(parse, GlobalOptions.Archive, "archive")?.Value ?? GlobalOptions.DefaultArchive);

    protected string FullPath(string path) => Path.GetFullPath(path, Surroundings.WorkingDirectory);

    /// <summary>An option's value, else the environment's, else the file's; null where it stands nowhere. Source names where, for a message.</summary>
    protected (string Value, string Source)? Setting(ParseResult parse, Option<string?> option, string name) =>
        parse.GetValue(option) is { } given
            ? (given, option.Name)
            : new Settings(Surroundings.Variable, Surroundings.WorkingDirectory).Find(name);

    protected static bool IsJson(ParseResult parse) => parse.GetValue(GlobalOptions.Json);

    /// <summary>Writes a document where --json is given, else lets a person read it.</summary>
    protected void Present<T>(ParseResult parse, T document, JsonTypeInfo<T> type, Action<T> show)
        where T : Document
    {
        if (IsJson(parse)) JsonOutput.Write(Terminal.Out, document, type);
        else show(document);
    }
}
