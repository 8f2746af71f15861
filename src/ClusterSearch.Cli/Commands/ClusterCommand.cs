using System.CommandLine;
using ClusterSearch.Cli.Clusters;
using ClusterSearch.Cli.Json;
using ClusterSearch.Gateway;

namespace ClusterSearch.Cli.Commands;

/// <summary>`cluster`: PostgreSQL, workers and the gateway on this machine, kept running until stopped.</summary>
internal sealed class ClusterCommand : ArchiveCommand
{
    private const int MaximumWorkers = 64;

    private readonly Option<string?> _directory;
    private readonly Option<string?> _workers;
    private readonly Option<string?> _slots;
    private readonly Option<string?> _url;
    private readonly Option<string[]> _roots;
    private readonly Option<string?> _milvus;
    private readonly Option<string?> _telemetry;

    public ClusterCommand(Surroundings surroundings)
        : base(surroundings, "cluster", "Run a whole cluster on this machine until stopped: PostgreSQL, worker processes, the gateway, and Milvus where its scripts are. What dies is started again.",
            new("clustersearch cluster --directory /srv/cluster --workers 2", "Two workers; Ctrl-C or `clustersearch cluster stop` ends all of it."),
            new("clustersearch cluster --root tapes=/mnt/tapes --otlp http://127.0.0.1:4317", "Footage below a folder may be taken in from the page; traces, metrics and logs go to a collector."))
    {
        _directory = DirectoryOption(this);
        _workers = Value("--workers", "N", "Worker processes. Default: 2.");
        _slots = Value("--slots", "N|auto", "Chunks that each of them works on at once. Default: auto.");
        _url = Value("--urls", "URL", $"Where the gateway listens. Default: {GatewayOptions.DefaultAddress}.");
        _roots = Values("--root", "NAME=DIR", "A folder below which footage may be taken in from the page; may stand several times.");
        _milvus = Value("--milvus", "DIR", $"Folder with start-milvus.sh and stop-milvus.sh. Default: ${MilvusMember.Variable}, else no Milvus.");
        _telemetry = Value("--otlp", "URL", "Where every process sends traces, metrics and logs; port 4318 means HTTP, any other gRPC. Default: as OTEL_EXPORTER_OTLP_ENDPOINT says.");
        Add(new ClusterStopCommand(surroundings));
    }

    /// <summary>The option that says which cluster is meant.</summary>
    public static Option<string?> DirectoryOption(Command command) =>
        command.AddValue("--directory", "DIR", "Where the cluster keeps its archive and its servers' files. Default: ./cluster.");

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var directory = FullPath(parse.GetValue(_directory) ?? "cluster");
        var options = new ClusterOptions
        {
            Directory = directory,
            Archive = parse.GetValue(GlobalOptions.Archive) is { } archive ? FullPath(archive) : Path.Combine(directory, "archive"),
            Catalog = parse.GetValue(GlobalOptions.Catalog),
            WorkerCount = parse.GetValue(_workers) is { } workers ? Choice.Number(workers, _workers.Name, 1, MaximumWorkers) : 2,
            Slots = parse.GetValue(_slots),
            Url = ReadUrl(parse.GetValue(_url) ?? GatewayOptions.DefaultAddress),
            Roots = [.. (parse.GetValue(_roots) ?? []).Select(ReadRoot)],
            MilvusBundle = (parse.GetValue(_milvus) ?? Surroundings.Variable(MilvusMember.Variable)) is { Length: > 0 } bundle ? FullPath(bundle) : null,
        };
        if (parse.GetValue(_telemetry) is { } endpoint) Export(endpoint);
        using var cluster = new Cluster(options, Terminal, (catalog, vectors, token) =>
            Surroundings.Archives.OpenAsync(new ArchiveAddress(options.Archive, catalog) { Vectors = vectors, Service = "clustersearch-cluster" }, OpenMode.Work, token));
        await cluster.RunAsync(document =>
        {
            Present(parse, document, DocumentContext.Readable.ClusterDocument, Show);
            // Whoever waits for it cannot wait for the end.
            Terminal.Out.Flush();
        }, cancellation);
        return ExitCodes.Done;
    }

    private void Show(ClusterDocument cluster)
    {
        Terminal.Out.WriteLine($"gateway    {cluster.Gateway}");
        if (cluster.Milvus is { } milvus) Terminal.Out.WriteLine($"milvus     {milvus}");
        Terminal.Out.WriteLine($"catalogue  {cluster.Catalog}");
        Terminal.Out.WriteLine($"archive    {cluster.Archive}");
        Terminal.Out.WriteLine($"processes  {string.Join(", ", cluster.Members.Select(member => $"{member.Name} {member.ProcessId}"))}");
        Terminal.Error.WriteLine($"ready; take footage in with `clustersearch ingest FOLDER --archive {cluster.Archive}`; Ctrl-C stops, or `clustersearch cluster stop --directory {cluster.Directory}`");
    }

    /// <summary>For the processes to come, which take on this one's environment.</summary>
    private void Export(string endpoint)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new UsageException($"{_telemetry.Name}: expected an address such as http://127.0.0.1:4317, found '{endpoint}'");
        Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
        const string protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(protocol)))
            Environment.SetEnvironmentVariable(protocol, uri.Port == 4318 ? "http/protobuf" : "grpc");
    }

    private string ReadUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http", AbsolutePath: "/", Port: > 0 } && !text.Contains(';', StringComparison.Ordinal)
            ? text.TrimEnd('/')
            : throw new UsageException($"{_url.Name}: expected one address with a port, such as {GatewayOptions.DefaultAddress}, found '{text}'");

    private string ReadRoot(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0 || at == text.Length - 1) throw new UsageException($"{_roots.Name}: expected NAME=DIR, found '{text}'");
        return $"{text[..at]}={FullPath(text[(at + 1)..])}";
    }
}
