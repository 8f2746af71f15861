using System.Threading.Channels;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// One run of the in-process engine: files are registered, chunks worked on and videos aggregated at the same time.
/// The ledger is the only queue; what this class holds is which videos belong to the run.
/// </summary>
internal sealed class IngestRun : IDisposable
{
    private const int VideosPerClaim = 64;

    private readonly ArchivePorts _ports;
    private readonly PlaceBook _places;
    private readonly IngestRequest _request;
    private readonly EncodingRecord _encoding;
    private readonly IImageTextModel _model;
    private readonly RunMeter _meter;
    private readonly ILogger _log;
    private readonly string _encodingId;
    private readonly RunVideos _videos;
    private readonly RunFailures _failures;
    private readonly FootageIntake _intake;
    private readonly Channel<VideoId> _toAggregate = Channel.CreateUnbounded<VideoId>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _newWork = new(0);
    private volatile bool _registered;
    private int _working;
    private int _claims;

    public IngestRun(ArchivePorts ports, PlaceBook places, IngestRequest request, EncodingRecord encoding, IImageTextModel model, RunMeter meter)
    {
        (_ports, _places, _request, _encoding, _model, _meter) = (ports, places, request, encoding, model, meter);
        _encodingId = encoding.Encoding.Id;
        _log = ports.Logs.CreateLogger("ClusterSearch.Ingest");
        _videos = new RunVideos(ports, encoding, meter);
        _failures = new RunFailures(_log, meter);
        _intake = new FootageIntake(ports, places, request, encoding, meter, _failures);
    }

    public async Task<IngestReport> RunAsync(TimeSpan leaseDuration, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        foreach (var video in await _ports.Catalog.ListToAggregateAsync(_encodingId, cancellation)) _toAggregate.Writer.TryWrite(video);

        var workerCount = _request.Workers > 0 ? _request.Workers : Math.Clamp(Environment.ProcessorCount, 1, 4);
        var registering = GuardAsync(stop, () => RegisterAllAsync(stop.Token));
        var aggregating = GuardAsync(stop, () => AggregateAsync(stop.Token));
        var workers = Enumerable.Range(0, workerCount)
            .Select(slot => GuardAsync(stop, () => WorkAsync(slot, leaseDuration, stop.Token))).ToArray();
        var working = FinishAsync(registering, workers);
        await Task.WhenAll(Settle(working), Settle(aggregating));
        cancellation.ThrowIfCancellationRequested();
        foreach (var task in new[] { registering, working, aggregating }.Concat(workers))
            if (task.Exception?.InnerExceptions.FirstOrDefault(fault => fault is not OperationCanceledException) is { } fault)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        return await new RunReport(_ports, _encoding, _intake, _videos, _failures, _meter).MakeAsync(cancellation);
    }

    public void Dispose() => _newWork.Dispose();

    private async Task FinishAsync(Task registering, Task[] workers)
    {
        try
        {
            await Task.WhenAll([registering, .. workers]);
        }
        finally
        {
            _toAggregate.Writer.TryComplete();
        }
    }

    private static Task Settle(Task task) => task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private static Task GuardAsync(CancellationTokenSource stop, Func<Task> part) => Task.Run(async () =>
    {
        try
        {
            await part();
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }, CancellationToken.None);

    // ---- Registration ----

    private async Task RegisterAllAsync(CancellationToken cancellation)
    {
        await _intake.RunAsync(AdmitAsync, cancellation);
        foreach (var gone in await _intake.ListGoneAsync(cancellation)) await VideoRemoval.RemoveAsync(_ports, gone, cancellation);
        _registered = true;
        _meter.Stage = IngestStage.Embedding;
        _newWork.Release(_request.Workers + Environment.ProcessorCount + 4);
    }

    private async Task AdmitAsync(RegisteredFile file, CancellationToken cancellation)
    {
        if (_request.Priority is { } priority) await _ports.Catalog.SetPriorityAsync(file.Video.Id, priority, cancellation);
        if (await _videos.AdmitAsync(file, cancellation) is not var (video, chunks)) return;
        if (video.Remaining > 0) _newWork.Release(Math.Min(video.Remaining, 64));
        if (chunks.Any(chunk => chunk.State == ChunkState.Embedded)) _toAggregate.Writer.TryWrite(video.Video.Id);
    }

    // ---- Work ----

    private async Task WorkAsync(int slot, TimeSpan leaseDuration, CancellationToken cancellation)
    {
        var work = new ChunkWork(_ports, _model, _encoding.Encoding.Resize, _request.HardwareAcceleration, RetryPolicy.AtOnce,
            (id, _) => ValueTask.FromResult(new WorkVideo(_videos[id].Video, _videos[id].Grid, _places, _videos[id].Trace)));
        while (true)
        {
            var open = _videos.Open.Take(VideosPerClaim).Select(video => video.Video.Id).ToHashSet();
            // Nobody else works and no file is still to come: if nothing can be claimed now either, nothing ever will be.
            var isQuiet = _registered && Volatile.Read(ref _working) == 0;
            var claimsBefore = Volatile.Read(ref _claims);
            Interlocked.Increment(ref _working);
            try
            {
                if (open.Count > 0 && await work.RunOneAsync(Claim(slot, leaseDuration, open), cancellation) is { } outcome)
                {
                    Interlocked.Increment(ref _claims);
                    await CountAsync(outcome, cancellation);
                    continue;
                }
            }
            finally
            {
                Interlocked.Decrement(ref _working);
            }
            if (isQuiet && Volatile.Read(ref _working) == 0 && Volatile.Read(ref _claims) == claimsBefore)
            {
                if (open.Count == 0) return;
                if (!await _ports.Catalog.IsPausedAsync(cancellation))
                {
                    RefuseForeign(open);
                    continue;
                }
            }
            await _newWork.WaitAsync(TimeSpan.FromMilliseconds(100), cancellation);
        }
    }

    private ClaimRequest Claim(int slot, TimeSpan leaseDuration, HashSet<VideoId> open) => new()
    {
        EncodingId = _encodingId,
        Worker = WorkerName.Of(Environment.MachineName, Environment.ProcessId, slot),
        LeaseDuration = leaseDuration,
        EncoderFingerprint = _model.EncoderFingerprint,
        AllowMixedEncoders = _request.AllowMixedEncoders,
        Videos = open,
        Order = _request.Order,
    };

    private async Task CountAsync(ChunkOutcome outcome, CancellationToken cancellation)
    {
        var video = _videos[outcome.Lease.Video];
        switch (outcome.Kind)
        {
            case ChunkOutcomeKind.Embedded:
                _meter.AddDone(outcome.Seconds, outcome.Samples);
                break;
            case ChunkOutcomeKind.Fenced:
                return;
            case ChunkOutcomeKind.Failed:
                var chunk = (await _ports.Catalog.ListChunksAsync(video.Video.Id, _encodingId, cancellation))
                    .First(chunk => chunk.Chunk.Index == outcome.Lease.Chunk.Index);
                if (chunk.State == ChunkState.Pending) return;
                break;
        }
        if (video.Finish()) _meter.VideoDone();
        _toAggregate.Writer.TryWrite(video.Video.Id);
    }

    /// <summary>Nothing can be claimed and nobody works: what is left was begun by an encoder that differs from this one.</summary>
    private void RefuseForeign(IEnumerable<VideoId> left)
    {
        foreach (var id in left)
        {
            var video = _videos[id];
            video.SetRemaining(0);
            _meter.VideoDone();
            _failures.Add(video.Path, ErrorCodes.ArchiveEncoding,
                $"{video.Path}: begun by an encoder that differs from this one ({_model.EncoderFingerprint}) in runtime, provider or processor; finish it there, or allow mixed encoders");
        }
    }

    // ---- Aggregation ----

    private async Task AggregateAsync(CancellationToken cancellation)
    {
        var aggregation = new Aggregation(_ports, _encoding, ShotOptions.Default);
        await foreach (var first in _toAggregate.Reader.ReadAllAsync(cancellation))
        {
            var ids = new HashSet<VideoId> { first };
            while (_toAggregate.Reader.TryRead(out var more)) ids.Add(more);
            foreach (var id in ids) await AggregateAsync(aggregation, id, cancellation);
        }
    }

    private async Task AggregateAsync(Aggregation aggregation, VideoId id, CancellationToken cancellation)
    {
        try
        {
            if (_videos.Find(id) is { } entry)
            {
                await aggregation.AdvanceAsync(entry.Video, entry.Grid, entry.Trace, cancellation);
            }
            else if (await _ports.Catalog.FindVideoAsync(id, cancellation) is { } video
                     && await _ports.Catalog.FindPlanAsync(id, _encodingId, cancellation) is { } plan)
            {
                await aggregation.AdvanceAsync(video, SampleGrid.Create(video.Facts, _encoding.Encoding.Sampling, plan.ListedTicks), plan.Trace, cancellation);
            }
        }
        catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveCorrupt && fault.Message.Contains(".vec", StringComparison.Ordinal))
        {
            _log.LogError("{Message}", fault.Message);
            _failures.Add(_videos.Find(id)?.Path ?? id.Value, fault.Code, fault.Message);
        }
    }
}
