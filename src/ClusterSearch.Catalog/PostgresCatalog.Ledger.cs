using ClusterSearch.Catalog.Ledger;
using ClusterSearch.Catalog.Postgres.Ledger;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog;

// Plans, claims, leases and what becomes of chunks.
public sealed partial class PostgresCatalog
{
    public Task<VideoPlan> PlanAsync(
        VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks, CancellationToken cancellation)
    {
        PlanGrowth.ValidateWhole(chunks);
        var trace = CurrentTrace.Parent;
        return WriteAsync(session => Plans.PlanAsync(session, video, encodingId, chunks, listedTicks, trace), cancellation);
    }

    public Task<VideoPlan> ExtendPlanAsync(
        VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks, CancellationToken cancellation) =>
        WriteAsync(session => Plans.ExtendAsync(session, video, encodingId, chunks, listedTicks), cancellation);

    public Task SetPriorityAsync(VideoId video, int priority, CancellationToken cancellation) =>
        WriteAsync(session => Plans.SetPriorityAsync(session, video, priority), cancellation);

    public Task<VideoPlan?> FindPlanAsync(VideoId video, string encodingId, CancellationToken cancellation) =>
        ReadAsync(session => Plans.FindAsync(session, video, encodingId), cancellation);

    public Task<IReadOnlyList<VideoPlanSummary>> ListPlansAsync(string encodingId, CancellationToken cancellation) =>
        ListAsync(session => Plans.ListAsync(session, encodingId), cancellation);

    public async Task<ChunkLease?> ClaimAsync(ClaimRequest request, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.LeaseDuration, TimeSpan.FromMilliseconds(1));
        await ReleaseUnansweredAsync(cancellation);
        var token = Leases.NewToken();
        try
        {
            return await StatementAsync(session => Leases.ClaimAsync(session, request, token), cancellation);
        }
        catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveUnreachable)
        {
            _unanswered.Enqueue(token);
            throw;
        }
        catch (OperationCanceledException)
        {
            _unanswered.Enqueue(token);
            throw;
        }
    }

    public Task<bool> RenewAsync(ChunkLease lease, TimeSpan duration, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        return StatementAsync(session => Leases.RenewAsync(session, lease, duration), cancellation);
    }

    public Task<bool> CommitAsync(ChunkLease lease, ChunkResult result, CancellationToken cancellation) =>
        StatementAsync(session => Leases.CommitAsync(session, lease, result), cancellation);

    public Task<bool> ReleaseAsync(ChunkLease lease, CancellationToken cancellation) =>
        StatementAsync(session => Leases.ReleaseAsync(session, lease), cancellation);

    public Task<bool> FailChunkAsync(ChunkLease lease, Failure failure, bool permanent, TimeSpan retryAfter, CancellationToken cancellation) =>
        StatementAsync(session => Leases.FailAsync(session, lease, failure, permanent, retryAfter), cancellation);

    public Task<int> FailWorkerAsync(string worker, Failure failure, TimeSpan retryAfter, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(worker);
        return SweepAsync(session => Leases.FailWorkerAsync(session, worker, failure, retryAfter), cancellation);
    }

    public Task<int> FreeAllLeasesAsync(CancellationToken cancellation) => SweepAsync(Leases.FreeAllAsync, cancellation);

    public Task<IReadOnlyList<ChunkRecord>> ListChunksAsync(VideoId video, string encodingId, CancellationToken cancellation) =>
        ListAsync(session => Chunks.ListAsync(session, video, encodingId), cancellation);

    public Task<IReadOnlyList<VideoId>> ListToAggregateAsync(string encodingId, CancellationToken cancellation) =>
        ListAsync(session => Plans.ListToAggregateAsync(session, encodingId), cancellation);

    public Task MarkIndexedAsync(VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes, CancellationToken cancellation) =>
        WriteAsync(session => Chunks.MarkIndexedAsync(session, video, encodingId, chunkIndexes), cancellation);

    public Task UnmarkIndexedAsync(VideoId? video, string encodingId, CancellationToken cancellation) => SweepAsync(async session =>
    {
        await Chunks.UnmarkIndexedAsync(session, video, encodingId);
        return true;
    }, cancellation);

    public Task RequeueAsync(VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes, CancellationToken cancellation) =>
        WriteAsync(session => Chunks.RequeueAsync(session, video, encodingId, chunkIndexes), cancellation);

    public Task<int> RetryAsync(VideoId? video, CancellationToken cancellation) => SweepAsync(session => Chunks.RetryAsync(session, video), cancellation);

    public Task<LedgerStatus> StatusAsync(string? encodingId, CancellationToken cancellation) =>
        StatementAsync(session => LedgerCounts.StatusAsync(session, encodingId), cancellation);

    public Task<IReadOnlyDictionary<string, int>> CountQuarantinedAsync(string? encodingId, CancellationToken cancellation) =>
        StatementAsync<IReadOnlyDictionary<string, int>>(async session => await LedgerCounts.QuarantinedAsync(session, encodingId), cancellation);

    private async Task ReleaseUnansweredAsync(CancellationToken cancellation)
    {
        if (_unanswered.IsEmpty) return;
        var tokens = new List<string>();
        while (_unanswered.TryDequeue(out var token)) tokens.Add(token);
        try
        {
            await WriteAsync(session => Leases.ReleaseUnansweredAsync(session, [.. tokens]), cancellation);
        }
        catch
        {
            foreach (var token in tokens) _unanswered.Enqueue(token);
            throw;
        }
    }
}
