using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Parsing;
using ClusterSearch.Cli.Supervision;
using ClusterSearch.Gateway;
using ClusterSearch.Gateway.Security;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Cli.Commands;

/// <summary>`serve`: the HTTP API and the page over an archive, in this process.</summary>
internal sealed class ServeCommand : ArchiveCommand
{
    private readonly Option<string?> _urls;
    private readonly Option<string[]> _roots;
    private readonly Option<string?> _keys;
    private readonly Option<string?> _uploads;
    private readonly Option<string?> _maximumUpload;
    private readonly Option<bool> _noUploads;

    public ServeCommand(Surroundings surroundings)
        : base(surroundings, "serve", "Serve the search page and the HTTP API until stopped. On this machine alone unless --urls says otherwise; other machines need a key.",
            new("clustersearch serve", $"The page at {GatewayOptions.DefaultAddress}, over the archive in ./archive."),
            new("clustersearch serve --archive /srv/archive --root tapes=/mnt/tapes", "Footage below a folder may be taken in from the page."),
            new("clustersearch serve --urls http://0.0.0.0:8420", "For the whole network; keys are made with `clustersearch keys add`."))
    {
        _urls = Value("--urls", "URL[;URL…]", $"Where to listen. Default: {GatewayOptions.DefaultAddress}.");
        _roots = Values("--root", "[NAME=]DIR", "A folder below which footage may be taken in from the page; may stand several times.");
        _keys = Value("--keys", "FILE", "The file of keys. Default: keys.json in the archive.");
        _uploads = Value("--uploads", "DIR", "Where uploaded footage is kept. Default: uploads in the archive.");
        _maximumUpload = Value("--max-upload", "SIZE", "The largest file that may be uploaded, such as 2G. Default: 64G.");
        _noUploads = Flag("--no-uploads", "Take no uploads.");
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var archiveDirectory = ArchiveDirectory(parse);
        var options = new GatewayOptions
        {
            Addresses = parse.GetValue(_urls)?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [GatewayOptions.DefaultAddress],
            Roots = ReadRoots(parse),
            UploadDirectory = parse.GetValue(_noUploads) ? null : FullPath(parse.GetValue(_uploads) ?? Path.Combine(archiveDirectory, "uploads")),
            MaximumUploadBytes = parse.GetValue(_maximumUpload) is { } size ? ByteSyntax.Parse(size, _maximumUpload.Name) : 64L << 30,
            Keys = ApiKeys.Read(KeysCommand.PathOf(parse.GetValue(_keys), archiveDirectory, Surroundings.WorkingDirectory)),
            Version = ArchiveHost.Version,
            IndexDirectory = new ArchiveOptions { Directory = archiveDirectory, DefaultModelDirectory = "" }.IndexDirectory,
        };
        options.Validate();
        await using var archive = await OpenAsync(parse, OpenMode.Create, cancellation, service: "clustersearch-gateway");
        options = options with { Observe = archive.Gauges is { } gauges ? gauges.ObserveAsync : null };
        using var logs = LoggerFactory.Create(logging =>
        {
            logging.AddProvider(new ErrorLines(line => Terminal.Error.WriteLine(Presentation.Wording.Safe(line)), _ => LogLevel.Error));
            if (archive.Logs is { } exported) logging.AddProvider(new ForwardedLogs(exported));
        });
        await using var server = await GatewayServer.StartAsync(options, archive.Search, archive.Ingestion, archive.Working, logs, cancellation);
        Terminal.Error.WriteLine($"serving {archiveDirectory} at {string.Join(" ", server.Addresses)}{(options.Keys.IsEmpty ? "" : $", to {Presentation.Wording.Count(options.Keys.List.Count, "key")}")}; Ctrl-C stops");
        using var line = Surroundings.Variable(SupervisorLine.Variable) is { Length: > 0 } ? new SupervisorLine(Console.In) : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, line?.Stop ?? default, line?.Gone ?? default);
        await server.RunAsync(stop.Token);
        return ExitCodes.Done;
    }

    private Dictionary<string, string> ReadRoots(ParseResult parse)
    {
        var roots = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in parse.GetValue(_roots) ?? [])
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            var directory = FullPath(text[(at + 1)..]);
            if (!Directory.Exists(directory)) throw new UsageException($"{_roots.Name}: there is no folder {directory}");
            var name = at > 0 ? text[..at] : Path.GetFileName(directory) is { Length: > 0 } last ? last : "root";
            if (!roots.TryAdd(name, directory)) throw new UsageException($"{_roots.Name}: two folders are called '{name}'; name them apart: NAME=DIR");
        }
        return roots;
    }
}
