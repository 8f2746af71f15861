using System.Collections.Concurrent;
using System.Threading.Channels;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// One run of the in-process engine: files are registered, chunks worked on and videos aggregated at the same time.
/// The ledger is the only queue; what this class holds is which videos belong to the run, and counts for the display.
/// </summary>
internal sealed class IngestRun(
    ArchivePorts ports, PlaceBook places, IngestRequest request, EncodingRecord encoding, IImageTextModel model, RunMeter meter) : IDisposable
{
    private const int RegistrationsAtOnce = 2;
    private const int VideosPerClaim = 64;

    private readonly ILogger _log = ports.Logs.CreateLogger("ClusterSearch.Ingest");
    private readonly string _encodingId = encoding.Encoding.Id;
    private readonly ConcurrentDictionary<VideoId, RunVideo> _videos = new();
    private readonly ConcurrentBag<VideoId> _displaced = [];
    private readonly ConcurrentDictionary<string, FileFailure> _failures = new(StringComparer.Ordinal);
    private readonly Channel<VideoId> _toAggregate = Channel.CreateUnbounded<VideoId>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _newWork = new(0);
    private volatile bool _registered;
    private int _working;
    private int _claims;
    private int _order;

    public int Files { get; private set; }

    private int _added, _unchanged, _moved;

    public async Task<IngestReport> RunAsync(TimeSpan leaseDuration, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        foreach (var video in await ports.Catalog.ListToAggregateAsync(_encodingId, cancellation)) _toAggregate.Writer.TryWrite(video);

        var workerCount = request.Workers > 0 ? request.Workers : Math.Clamp(Environment.ProcessorCount, 1, 4);
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
        return await ReportAsync(cancellation);
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
        meter.Stage = IngestStage.Discovering;
        var files = request.Paths.Count == 0
            ? await KnownFootage.FindAsync(ports.Catalog, places, Fail, cancellation)
            : FootageDiscovery.Find(request.Paths, Fail, cancellation);
        Files = files.Count;
        meter.Videos = files.Count;
        var registration = new FileRegistration(ports, places, request, _encodingId, encoding.Encoding.Sampling);
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = RegistrationsAtOnce, CancellationToken = cancellation },
            async (file, token) =>
            {
                try
                {
                    await AdmitAsync(await registration.RegisterAsync(file, token), token);
                }
                catch (ClusterSearchException fault) when (fault.Code.StartsWith("footage.", StringComparison.Ordinal))
                {
                    Fail(file.Path, fault);
                    meter.VideoDone();
                }
            });
        await RemoveDisplacedAsync(cancellation);
        _registered = true;
        meter.Stage = IngestStage.Embedding;
        _newWork.Release(request.Workers + Environment.ProcessorCount + 4);
    }

    /// <summary>Videos whose file was replaced by another one and that lie nowhere else: their footage is gone.</summary>
    private async Task RemoveDisplacedAsync(CancellationToken cancellation)
    {
        foreach (var id in _displaced)
            if (await ports.Catalog.FindVideoAsync(id, cancellation) is { Places.Count: 0 }) await VideoRemoval.RemoveAsync(ports, id, cancellation);
    }

    private async Task AdmitAsync(RegisteredFile file, CancellationToken cancellation)
    {
        if (file.Displaced is { } displaced) _displaced.Add(displaced);
        var grid = SampleGrid.Create(file.Video.Facts, encoding.Encoding.Sampling, file.Plan.ListedTicks);
        var video = await ports.Catalog.FindVideoAsync(file.Video.Id, cancellation) ?? file.Video;
        var entry = new RunVideo(Interlocked.Increment(ref _order), file.Path, video, grid);
        if (!_videos.TryAdd(video.Id, entry))
        {
            // The same content twice in one run.
            Interlocked.Increment(ref _moved);
            meter.VideoDone();
            return;
        }
        var chunks = await ports.Catalog.ListChunksAsync(video.Id, _encodingId, cancellation);
        var toDo = chunks.Where(chunk => chunk.State is ChunkState.Pending or ChunkState.Leased).ToList();
        switch (file.Outcome)
        {
            case FileOutcome.Added:
                Interlocked.Increment(ref _added);
                break;
            case FileOutcome.Moved:
                Interlocked.Increment(ref _moved);
                break;
            case FileOutcome.Known when toDo.Count == 0:
                Interlocked.Increment(ref _unchanged);
                break;
        }
        meter.AddTotal(toDo.Sum(chunk => grid.SpanSeconds(chunk.Chunk.Samples)));
        entry.SetRemaining(toDo.Count);
        if (toDo.Count == 0) meter.VideoDone();
        else _newWork.Release(Math.Min(toDo.Count, 64));
        if (chunks.Any(chunk => chunk.State == ChunkState.Embedded)) _toAggregate.Writer.TryWrite(video.Id);
    }

    // ---- Work ----

    private async Task WorkAsync(int slot, TimeSpan leaseDuration, CancellationToken cancellation)
    {
        var work = new ChunkWork(ports, places, model, encoding.Encoding.Resize, request.HardwareAcceleration,
            id => _videos[id].Video, id => _videos[id].Grid);
        while (true)
        {
            var open = _videos.Values.Where(video => video.Remaining > 0).OrderBy(video => video.Order).Take(VideosPerClaim)
                .Select(video => video.Video.Id).ToHashSet();
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
                RefuseForeign(open);
                continue;
            }
            await _newWork.WaitAsync(TimeSpan.FromMilliseconds(100), cancellation);
        }
    }

    private ClaimRequest Claim(int slot, TimeSpan leaseDuration, HashSet<VideoId> open) => new()
    {
        EncodingId = _encodingId,
        Worker = $"{Environment.MachineName}/{Environment.ProcessId}/{slot}",
        LeaseDuration = leaseDuration,
        EncoderFingerprint = model.EncoderFingerprint,
        AllowMixedEncoders = request.AllowMixedEncoders,
        Videos = open,
    };

    private async Task CountAsync(ChunkOutcome outcome, CancellationToken cancellation)
    {
        var video = _videos[outcome.Lease.Video];
        switch (outcome.Kind)
        {
            case ChunkOutcomeKind.Embedded:
                meter.AddDone(video.Grid.SpanSeconds(outcome.Lease.Chunk.Samples), outcome.Samples);
                break;
            case ChunkOutcomeKind.Fenced:
                return;
            case ChunkOutcomeKind.Failed:
                var chunk = (await ports.Catalog.ListChunksAsync(video.Video.Id, _encodingId, cancellation))
                    .First(chunk => chunk.Chunk.Index == outcome.Lease.Chunk.Index);
                if (chunk.State == ChunkState.Pending) return;
                break;
        }
        if (video.Finish()) meter.VideoDone();
        _toAggregate.Writer.TryWrite(video.Video.Id);
    }

    /// <summary>Nothing can be claimed and nobody works: what is left was begun by an encoder that differs from this one.</summary>
    private void RefuseForeign(IEnumerable<VideoId> left)
    {
        foreach (var id in left)
        {
            var video = _videos[id];
            video.SetRemaining(0);
            meter.VideoDone();
            Fail(video.Path, ErrorCodes.ArchiveEncoding,
                $"{video.Path}: begun by an encoder that differs from this one ({model.EncoderFingerprint}) in runtime, provider or processor; finish it there, or allow mixed encoders");
        }
    }

    // ---- Aggregation ----

    private async Task AggregateAsync(CancellationToken cancellation)
    {
        var aggregation = new Aggregation(ports, encoding, ShotOptions.Default);
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
            if (_videos.TryGetValue(id, out var entry))
            {
                await aggregation.AdvanceAsync(entry.Video, entry.Grid, cancellation);
            }
            else if (await ports.Catalog.FindVideoAsync(id, cancellation) is { } video
                     && await ports.Catalog.FindPlanAsync(id, _encodingId, cancellation) is { } plan)
            {
                await aggregation.AdvanceAsync(video, SampleGrid.Create(video.Facts, encoding.Encoding.Sampling, plan.ListedTicks), cancellation);
            }
        }
        catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveCorrupt && fault.Message.Contains(".vec", StringComparison.Ordinal))
        {
            _log.LogError("{Message}", fault.Message);
            Fail(_videos.TryGetValue(id, out var entry) ? entry.Path : id.Value, fault.Code, fault.Message);
        }
    }

    // ---- Report ----

    private void Fail(string path, ClusterSearchException fault) => Fail(path, fault.Code, fault.Message);

    private void Fail(string path, string code, string message)
    {
        if (!_failures.TryAdd(path, new FileFailure(path, code, message))) return;
        _log.LogWarning("{Message} ({Code})", message, code);
        meter.Failed();
    }

    private async Task<IngestReport> ReportAsync(CancellationToken cancellation)
    {
        var warnings = new List<FileFailure>();
        foreach (var video in _videos.Values.OrderBy(video => video.Order))
        {
            var chunks = await ports.Catalog.ListChunksAsync(video.Video.Id, _encodingId, cancellation);
            var damage = ChunkDamage.Of(chunks, video.Grid);
            await SweepAsync(video, chunks, cancellation);
            if (damage?.Failure is not null) Fail(video.Path, damage.Failure.Code, $"{video.Path}: {damage.Message}");
            else if (damage is not null)
            {
                warnings.Add(new FileFailure(video.Path, ErrorCodes.FootageDamaged, $"{video.Path}: {damage.Message}"));
                await ports.Catalog.PutVideoAsync(video.Video with { Warning = damage.Message }, cancellation);
            }
        }
        meter.Stage = IngestStage.Done;
        return new IngestReport
        {
            Files = Files,
            Added = _added,
            Unchanged = _unchanged,
            Moved = _moved,
            Failures = [.. _failures.Values.OrderBy(failure => failure.Path, StringComparer.Ordinal)],
            Warnings = warnings,
            Samples = meter.Samples,
            SecondsOfFootage = meter.SecondsDone,
            Elapsed = meter.Elapsed,
        };
    }

    private Task SweepAsync(RunVideo video, IReadOnlyList<ChunkRecord> chunks, CancellationToken cancellation) =>
        ports.RawVectors.SweepAsync(video.Video.Id, _encodingId,
            chunks.Where(chunk => chunk.State is ChunkState.Embedded or ChunkState.Indexed)
                .Select(chunk => new RawVectorKey(video.Video.Id, _encodingId, chunk.Chunk.Index, chunk.Token!)).ToHashSet(), cancellation);

    private sealed class RunVideo(int order, string path, VideoRecord video, SampleGrid grid)
    {
        private int _remaining;

        public int Order { get; } = order;

        public string Path { get; } = path;

        public VideoRecord Video { get; } = video;

        public SampleGrid Grid { get; } = grid;

        public int Remaining => Volatile.Read(ref _remaining);

        public void SetRemaining(int count) => Volatile.Write(ref _remaining, count);

        /// <returns>True for the last one.</returns>
        public bool Finish() => Interlocked.Decrement(ref _remaining) == 0;
    }
}
