using System.CommandLine;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Parsing;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core;

namespace ClusterSearch.Cli.Commands;

/// <summary>`status`: what the archive holds, who works on it, and what is missing.</summary>
internal sealed class StatusCommand : ArchiveCommand
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(2);

    private readonly Option<bool> _watch;
    private readonly Option<string?> _interval;

    public StatusCommand(Surroundings surroundings)
        : base(surroundings, "status", "Say what the archive holds, who works on it, how far it is, and what failed and why.",
            new("clustersearch status", "The archive in ./archive."),
            new("clustersearch status --watch", "Again and again, until Ctrl-C."),
            new("clustersearch status --archive /srv/footage-archive --json", "Another archive, as JSON."))
    {
        _watch = Flag("--watch", "Show it again and again until Ctrl-C; with --json one document a line each time.");
        _interval = Value("--interval", "D", "Time between two looks with --watch. Default: 2s.");
    }

    protected override GatewayUse GatewayUse => GatewayUse.Asked;

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var interval = parse.GetValue(_interval) is { } text ? TimeSpan.FromSeconds(TimeSyntax.Parse(text, _interval.Name)) : DefaultInterval;
        await using var archive = await OpenAsync(parse, OpenMode.Read, cancellation);
        if (!parse.GetValue(_watch))
        {
            Present(parse, await ReadAsync(archive, cancellation), DocumentContext.Readable.StatusDocument, Show);
            return ExitCodes.Done;
        }
        await WatchAsync(parse, archive, interval > TimeSpan.Zero ? interval : DefaultInterval, cancellation);
        return ExitCodes.Done;
    }

    private static async Task<StatusDocument> ReadAsync(ArchiveHost archive, CancellationToken cancellation) =>
        StatusDocument.From(await archive.Ingestion.StatusAsync(cancellation), await archive.Working.StatusAsync(cancellation));

    /// <summary>The catalogue away, it says so and goes on looking.</summary>
    private async Task WatchAsync(ParseResult parse, ArchiveHost archive, TimeSpan interval, CancellationToken cancellation)
    {
        string? fault = null;
        try
        {
            while (true)
            {
                try
                {
                    var document = await ReadAsync(archive, cancellation);
                    fault = null;
                    if (IsJson(parse)) JsonOutput.Write(Terminal.Out, document, DocumentContext.Compact.StatusDocument);
                    else
                    {
                        // Home, and clear what is below; in a file or a pipe one follows the other.
                        Terminal.Out.Write(Terminal.IsRich ? "\e[H\e[J" : "");
                        Show(document);
                        if (!Terminal.IsRich) Terminal.Out.WriteLine();
                    }
                    await Terminal.Out.FlushAsync(cancellation);
                }
                catch (ClusterSearchException passing) when (passing.IsTransient)
                {
                    if (fault != passing.Message) Terminal.Error.WriteLine(Wording.Safe($"{passing.Message} ({passing.Code}); looking again"));
                    fault = passing.Message;
                }
                await Task.Delay(interval, Surroundings.Clock, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The way in which watching ends.
        }
    }

    private void Show(StatusDocument d)
    {
        var (v, c) = (d.Videos, d.Chunks);
        var withoutPlan = v.WithoutPlan > 0 ? $", {v.WithoutPlan} not yet planned" : "";
        Terminal.Out.WriteLine($"Videos    {v.Total}: {v.Searchable} searchable, {v.Partial} partly, {v.Ingesting} ingesting, {v.Failed} failed{withoutPlan}");
        Terminal.Out.WriteLine($"Footage   {Wording.Footage(d.Hours * 3600)}, {Wording.Count(d.Samples, "sample")} searchable, {Wording.Format($"{d.MissingSamples:#,0}")} missing");
        Terminal.Out.WriteLine($"Chunks    {c.Indexed} indexed, {c.Embedded} embedded, {c.Leased} in work, {c.Pending} pending, {c.Quarantined} quarantined");
        Terminal.Out.WriteLine(d.Encoding is { } e
            ? $"Encoding  {e.Id}: {Wording.Safe(e.Model)}, {e.Dimension} dimensions, sampling {e.Sampling}, resize {e.Resize.ToLowerInvariant()}"
            : "Encoding  none yet");
        foreach (var other in d.Encodings.Where(other => !other.Active))
            Terminal.Out.WriteLine($"Beside    {other.Id}: {Wording.Safe(other.Model)}, {other.Dimension} dimensions, sampling {other.Sampling}, resize {other.Resize}: "
                + $"{other.CompleteVideos} of {Wording.Count(other.TotalVideos, "video")}, {Wording.Count(other.Samples, "sample")}");
        ShowWork(d.Work);
        foreach (var failure in d.Failures) Terminal.Out.WriteLine($"Failed    {Wording.Fault(failure.Path, failure.Code, failure.Message)}");
    }

    private void ShowWork(WorkforceDocument w)
    {
        if (w.Paused) Terminal.Out.WriteLine("Paused    nothing is begun; `clustersearch resume` goes on");
        if (w.Shared)
        {
            var left = w.SecondsLeft > 0 ? $", {Wording.Footage(w.SecondsLeft)} of footage left" : "";
            var time = w.TimeLeft is { } seconds ? $", about {Wording.Span(TimeSpan.FromSeconds(seconds))}" : "";
            var count = w.Workers.Count(worker => worker.State != "lost");
            Terminal.Out.WriteLine($"Work      {Wording.Count(count, "worker")}{Wording.Format($", {w.TimesRealTime:0.#} × real time")}{left}{time}");
            Terminal.Out.WriteLine(Wording.Safe($"Index     {(w.Aggregator is { } writer ? $"kept by {writer}" : "kept by nobody now")}"));
        }
        if (w.Takeovers + w.WaitingChunks > 0)
            Terminal.Out.WriteLine($"Retries   {Wording.Count(w.WaitingChunks, "chunk")} waiting for another try, {Wording.Count(w.Takeovers, "lost lease")} taken over");
        if (w.Quarantined.Count > 0)
            Terminal.Out.WriteLine($"Given up  {string.Join(", ", w.Quarantined.Select(q => $"{Wording.Count(q.Value, "chunk")} by {q.Key}"))}; `clustersearch videos retry` tries them again");
        foreach (var worker in w.Workers)
        {
            var doing = worker.Activity is null ? "" : $", {worker.Activity}";
            var silent = worker.State == "lost" || worker.SinceReport > 10 ? Wording.Format($", silent for {worker.SinceReport:0} s") : "";
            Terminal.Out.WriteLine(Wording.Safe(
                $"Worker    {worker.Worker}: {worker.State}, {Wording.Count(worker.Slots, "slot")}, {Wording.Count(worker.Chunks, "chunk")} done{Wording.Format($", {worker.TimesRealTime:0.#} × real time")}{silent}{doing}"));
            if (worker.LastFault is { } fault) Terminal.Out.WriteLine(Wording.Safe($"          last fault: {fault.Message} ({fault.Code})"));
        }
    }
}
