using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;

namespace ClusterSearch.Archive.Watching;

/// <summary>
/// Work that stands ready: tasks of this process that claim whatever chunk of the encoding is next, and one that aggregates.
/// <para>
/// Normal operation: who registers something wakes the workers; without being woken they look every second, for chunks whose
/// back-off or lease ended. Stop: leases are given back. A fault of the whole archive that may pass (a full disk, a busy
/// database) is told and work goes on after a while; any other ends it.
/// </para>
/// </summary>
internal sealed class StandingWork : IWatchWork, IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ArchivePorts _ports;
    private readonly IngestRequest _request;
    private readonly EncodingRecord _encoding;
    private readonly IImageTextModel _model;
    private readonly TimeSpan _leaseDuration;
    private readonly RetryPolicy _retries;
    private readonly VideoBook _videos;
    private readonly IWatchObserver _observer;
    private readonly SemaphoreSlim _index = new(1);
    private readonly SemaphoreSlim _work = new(0);
    private readonly SemaphoreSlim _aggregate = new(0);
    private readonly HashSet<VideoId> _unreadable = [];
    private readonly int _workerCount;
    private int _working;
    private int _emptyClaims;

    public StandingWork(
        ArchivePorts ports, IngestRequest request, EncodingRecord encoding, IImageTextModel model, TimeSpan leaseDuration, RetryPolicy retries, IWatchObserver observer)
    {
        _videos = new VideoBook(ports, encoding);
        (_ports, _request, _encoding, _model, _leaseDuration, _retries, _observer) = (ports, request, encoding, model, leaseDuration, retries, observer);
        _workerCount = request.Workers > 0 ? request.Workers : Math.Clamp(Environment.ProcessorCount, 1, 4);
    }

    private string EncodingId => _encoding.Encoding.Id;

    /// <summary>Works until it is cancelled, or until a fault that does not pass.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] parts = [.. Enumerable.Range(0, _workerCount).Select(slot => Task.Run(() => WorkAsync(slot, stop.Token), CancellationToken.None)),
            Task.Run(() => AggregateAsync(stop.Token), CancellationToken.None)];
        // The first to end ends all: by the stop that was asked for, or by its fault.
        var first = await Task.WhenAny(parts);
        await stop.CancelAsync();
        await Task.WhenAll(parts).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await first;
    }

    public void Wake()
    {
        Volatile.Write(ref _emptyClaims, 0);
        _work.Release(_workerCount);
        _aggregate.Release();
    }

    public async Task ChangeIndexAsync(Func<Task> change, CancellationToken cancellation)
    {
        await _index.WaitAsync(cancellation);
        try
        {
            await change();
        }
        finally
        {
            _index.Release();
        }
    }

    public async Task WhenIdleAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (Volatile.Read(ref _working) == 0 && Volatile.Read(ref _emptyClaims) >= _workerCount)
            {
                var left = await _ports.Catalog.ListToAggregateAsync(EncodingId, cancellation);
                // Only chunks behind one that is still to come, or whose files cannot be read, are left.
                if (Volatile.Read(ref _working) == 0 && await AggregateOnceAsync(left, cancellation) == 0) return;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), _ports.Time, cancellation);
        }
    }

    public void Dispose()
    {
        _index.Dispose();
        _work.Dispose();
        _aggregate.Dispose();
    }

    private async Task WorkAsync(int slot, CancellationToken cancellation)
    {
        var work = new ChunkWork(_ports, _model, _encoding.Encoding.Resize, _request.HardwareAcceleration, _retries, _videos.FindAsync);
        var claim = new ClaimRequest
        {
            EncodingId = EncodingId,
            Worker = $"{Environment.MachineName}/{Environment.ProcessId}/{slot}",
            LeaseDuration = _leaseDuration,
            EncoderFingerprint = _model.EncoderFingerprint,
            AllowMixedEncoders = _request.AllowMixedEncoders,
        };
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!await TryAsync(() => WorkOnceAsync(work, claim, cancellation), cancellation)) continue;
            Interlocked.Increment(ref _emptyClaims);
            await _work.WaitAsync(Look, cancellation);
        }
    }

    /// <returns>Whether there was nothing to claim.</returns>
    private async Task<bool> WorkOnceAsync(ChunkWork work, ClaimRequest claim, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _working);
        try
        {
            if (await work.RunOneAsync(claim, cancellation) is not { } outcome) return true;
            Volatile.Write(ref _emptyClaims, 0);
            if (outcome is { Kind: ChunkOutcomeKind.Failed, Failure: { } failure })
            {
                _observer.Happened(new WatchEvent(WatchEventKind.Failed, outcome.Lease.Video.Value, $"chunk {outcome.Lease.Chunk.Index}: {failure.Message}", failure.Code));
                // Given up as the last of its video, it leaves nothing to aggregate and yet something to finish.
                await ChangeIndexAsync(() => AdvanceAsync(outcome.Lease.Video, cancellation), cancellation);
            }
            _aggregate.Release();
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _working);
        }
    }

    private async Task AggregateAsync(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            await TryAsync(async () => await AggregateOnceAsync(await _ports.Catalog.ListToAggregateAsync(EncodingId, cancellation), cancellation) > 0, cancellation);
            await _aggregate.WaitAsync(Look, cancellation);
        }
    }

    /// <returns>Chunks that became searchable.</returns>
    private async Task<int> AggregateOnceAsync(IReadOnlyList<VideoId> videos, CancellationToken cancellation)
    {
        var indexed = 0;
        foreach (var id in videos.Where(id => !_unreadable.Contains(id)))
            await ChangeIndexAsync(async () => indexed += await AdvanceAsync(id, cancellation), cancellation);
        return indexed;
    }

    /// <returns>Chunks that became searchable.</returns>
    private async Task<int> AdvanceAsync(VideoId id, CancellationToken cancellation)
    {
        if (await _ports.Catalog.FindPlanAsync(id, EncodingId, cancellation) is null) return 0;
        var (video, grid, places, trace) = await _videos.FindAsync(id, cancellation);
        var path = places.FindFile(video) ?? id.Value;
        var completion = new VideoCompletion(_ports, EncodingId);
        var before = await _ports.Catalog.ListChunksAsync(id, EncodingId, cancellation);
        try
        {
            await new Aggregation(_ports, _encoding, ShotOptions.Default).AdvanceAsync(video, grid, trace, cancellation);
        }
        catch (ClusterSearchException fault) when (fault is { Code: ErrorCodes.ArchiveCorrupt, IsTransient: false })
        {
            // Embedded again where a vector file is broken; anything else an operator must see to.
            if (await completion.RequeueBrokenAsync(id, cancellation) == 0) _unreadable.Add(id);
            _observer.Happened(new WatchEvent(WatchEventKind.Failed, path, fault.Message, fault.Code));
            return 0;
        }
        var after = await _ports.Catalog.ListChunksAsync(id, EncodingId, cancellation);
        if (!video.IsGrowing && VideoCompletion.IsComplete(after))
        {
            var damage = await completion.CompleteAsync(video, after, grid, cancellation);
            _observer.Happened(new WatchEvent(WatchEventKind.Finished, path, damage?.Message, damage?.Failure?.Code));
        }
        return Count(after) - Count(before);

        static int Count(IReadOnlyList<ChunkRecord> chunks) => chunks.Count(chunk => chunk.State == ChunkState.Indexed);
    }

    /// <summary>Waits out what passes.</summary>
    /// <returns>What the work says; false after a fault.</returns>
    private async Task<bool> TryAsync(Func<Task<bool>> work, CancellationToken cancellation)
    {
        try
        {
            return await work();
        }
        catch (ClusterSearchException fault) when (fault.IsTransient || fault.Code == ErrorCodes.ArchiveDiskFull)
        {
            _observer.Happened(new WatchEvent(WatchEventKind.Waiting, "", fault.Message, fault.Code));
            await Task.Delay(Patience, _ports.Time, cancellation);
            return false;
        }
    }
}
