using System.CommandLine;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Parsing;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Commands;

/// <summary>`watch`: footage in, as it appears.</summary>
internal sealed class WatchCommand : IngestCommand
{
    private readonly Option<string?> _settle;
    private readonly Option<string?> _settleGrowing;
    private readonly Option<string?> _growingChunkDuration;
    private readonly Option<string?> _rescan;
    private readonly Option<bool> _once;
    private readonly Option<bool> _prune;

    public WatchCommand(Surroundings surroundings)
        : base(surroundings, "watch", "Take in what appears in folders once it is wholly written, and recordings piece by piece while they grow. Runs until it is stopped; run it again to go on.",
            "DIR", ArgumentArity.OneOrMore, "Folders to watch, with everything below them.",
            new("clustersearch watch /srv/cameras", "Everything that cameras write, recordings in progress (.ts, .mkv, fragmented .mp4) included."),
            new("clustersearch watch ~/incoming --settle 30s --prune", "A folder that files are copied into slowly; videos whose files are deleted are forgotten."),
            new("clustersearch watch /mnt/share --once", "Take in what is whole now, and end."))
    {
        _settle = Value("--settle", "D", "A file is whole when it has not changed for this long and no process of this machine writes it. Default: 5s.");
        _settleGrowing = Value("--settle-growing", "D", "A recording that was followed has ended when it has not grown for this long. Default: 60s.");
        _growingChunkDuration = Value("--growing-chunk-duration", "D", "Footage after which a growing recording becomes searchable, piece by piece, 1s to 24h. Default: 1m.");
        _rescan = Value("--rescan", "D", "Read the folders again this often, besides what the system tells of changes. Default: 10s.");
        _once = Flag("--once", "End when everything that is there is taken in, still being written, or failed.");
        _prune = Flag("--prune", "Forget videos whose last file is deleted. Without it they stay searchable, and cannot be played.");
    }

    protected override GatewayUse GatewayUse => GatewayUse.Refused;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var request = new WatchRequest
        {
            Ingest = ReadRequest(parse),
            Settle = Duration(parse, _settle, WatchRequest.DefaultSettle),
            SettleGrowing = Duration(parse, _settleGrowing, WatchRequest.DefaultSettleGrowing),
            Rescan = Duration(parse, _rescan, WatchRequest.DefaultRescan),
            GrowingChunkDuration = parse.GetValue(_growingChunkDuration) is { } text ? ReadChunkDuration(text, _growingChunkDuration.Name) : WatchRequest.DefaultGrowingChunkDuration,
            Once = parse.GetValue(_once),
            Prune = parse.GetValue(_prune),
        };
        foreach (var path in request.Ingest.Paths.Where(File.Exists)) throw new UsageException($"{path}: a folder was expected, a file found; `clustersearch ingest` takes files");
        await using var archive = await OpenAsync(parse, OpenMode.Create, cancellation, Execution(parse));
        var report = await archive.Ingestion.WatchAsync(request, new WatchDisplay(Terminal.Error, Surroundings.Clock), cancellation);
        Present(parse, WatchDocument.From(report), DocumentContext.Readable.WatchDocument, Show);
        return request.Once && report.Failures.Count > 0 ? ExitCodes.SomeFailed : ExitCodes.Done;
    }

    private static TimeSpan Duration(ParseResult parse, Option<string?> option, TimeSpan otherwise)
    {
        if (parse.GetValue(option) is not { } text) return otherwise;
        var seconds = TimeSyntax.Parse(text, option.Name);
        if (seconds is < 0.1 or > 86400) throw new UsageException($"{option.Name}: from 0.1s to 24h, found '{text}'");
        return TimeSpan.FromSeconds(seconds);
    }

    private void Show(WatchDocument d) => Terminal.Out.WriteLine(
        $"{Wording.Count(d.Files, "file")}: {d.Registered} taken in, {Wording.Count(d.Closed, "recording")} closed, {d.Growing} still growing, {d.Forgotten} forgotten, {d.Failures.Count} failed");
}
