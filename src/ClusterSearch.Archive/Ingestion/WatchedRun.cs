using System.Collections.Concurrent;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// A run where worker processes do the work: registers and plans, then watches until every chunk of its videos is indexed
/// or quarantined. Ended early, it leaves the work going. The catalogue away, it waits for its return.
/// </summary>
internal sealed class WatchedRun
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(500);

    private readonly ArchivePorts _ports;
    private readonly ArchiveOptions _options;
    private readonly IngestRequest _request;
    private readonly EncodingRecord _encoding;
    private readonly RunMeter _meter;
    private readonly RunVideos _videos;
    private readonly RunFailures _failures;
    private readonly FootageIntake _intake;
    private readonly ConcurrentDictionary<VideoId, Watched> _watched = new();

    public WatchedRun(ArchivePorts ports, ArchiveOptions options, PlaceBook places, IngestRequest request, EncodingRecord encoding, RunMeter meter)
    {
        (_ports, _options, _request, _encoding, _meter) = (ports, options, request, encoding, meter);
        _videos = new RunVideos(ports, encoding, meter);
        _failures = new RunFailures(ports.Logs.CreateLogger("ClusterSearch.Ingest"), meter);
        _intake = new FootageIntake(ports, places, request, encoding, meter, _failures);
    }

    public async Task<IngestReport> RunAsync(CancellationToken cancellation)
    {
        await _intake.RunAsync(AdmitAsync, cancellation);
        if (await _intake.ListGoneAsync(cancellation) is { Count: > 0 } gone)
        {
            await using var change = await ArchiveChange.BeginAsync(_ports, _options, cancellation);
            foreach (var video in gone) await VideoRemoval.RemoveAsync(_ports, video, change.Cancellation);
        }
        _meter.Stage = IngestStage.Embedding;
        if (!_request.Detach) await WatchAsync(cancellation);
        return await TransientRetry.UntilAnsweredAsync(_ports.Time, new RunReport(_ports, _encoding, _intake, _videos, _failures, _meter).MakeAsync, cancellation);
    }

    private async Task AdmitAsync(RegisteredFile file, CancellationToken cancellation)
    {
        if (_request.Priority is { } priority) await _ports.Catalog.SetPriorityAsync(file.Video.Id, priority, cancellation);
        if (await _videos.AdmitAsync(file, cancellation) is var (video, chunks))
            _watched[video.Video.Id] = new Watched(video, chunks.Sum(chunk => chunk.Result?.SampleCount ?? 0));
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        var retry = new TransientRetry(_ports.Time);
        while (true)
        {
            var started = _ports.Time.GetTimestamp();
            try
            {
                var plans = await _ports.Catalog.ListPlansAsync(_encoding.Encoding.Id, cancellation);
                var left = 0;
                foreach (var plan in plans)
                    if (_watched.GetValueOrDefault(plan.Video) is { } video) left += Note(video, plan) ? 0 : 1;
                if (left == 0) return;
                _meter.Note(await HindranceAsync(cancellation));
                retry.Reset();
            }
            catch (ClusterSearchException fault) when (fault.IsTransient)
            {
                _meter.Note(fault.Message);
                await retry.WaitAsync(cancellation);
                continue;
            }
            // A look at a large archive costs: at most a twentieth of the time is spent looking.
            var pause = _ports.Time.GetElapsedTime(started) * 20;
            await Task.Delay(pause > ShortestPause ? pause : ShortestPause, _ports.Time, cancellation);
        }
    }

    /// <returns>Whether nothing is left to do about the video.</returns>
    private bool Note(Watched video, VideoPlanSummary plan)
    {
        var toDo = plan.Count(ChunkState.Pending) + plan.Count(ChunkState.Leased);
        if (toDo < video.ToDo)
        {
            var seconds = video.Video.Grid.SpanSeconds(new SampleRange(0, video.Video.Grid.Count)) * (video.ToDo - toDo) / plan.ChunkCount;
            _meter.AddDone(seconds, Math.Max(0, plan.EmbeddedSamples - video.Samples));
        }
        if (toDo == 0 && video.ToDo > 0) _meter.VideoDone();
        (video.ToDo, video.Samples) = (toDo, plan.EmbeddedSamples);
        return toDo == 0 && plan.Count(ChunkState.Embedded) == 0;
    }

    /// <returns>Why nothing goes on, in one line; null when something does.</returns>
    private async Task<string?> HindranceAsync(CancellationToken cancellation)
    {
        if (await _ports.Catalog.IsPausedAsync(cancellation)) return "paused; `clustersearch resume` goes on";
        var workers = await _ports.Catalog.ListWorkersAsync(cancellation);
        return workers.Any(WorkforceReport.IsAlive) ? null : "no worker is running; start some with `clustersearch work`";
    }

    private sealed class Watched(RunVideo video, long samples)
    {
        public RunVideo Video { get; } = video;

        public int ToDo { get; set; } = video.Remaining;

        public long Samples { get; set; } = samples;
    }
}
