using ClusterSearch.Archive.Searching;
using ClusterSearch.Core;

namespace ClusterSearch.Grains.Searching;

/// <summary>Has the cluster's shards find moments.</summary>
internal sealed class GrainMomentFinder(IGrainFactory grains, ClusterSearchOptions options) : IMomentFinder
{
    /// <exception cref="ClusterSearchException">cluster.unreachable (transient) when no silo takes the query.</exception>
    public async Task<FanOutResult> FindAsync(SearchSession session, MomentQuery query, CancellationToken cancellation)
    {
        try
        {
            var order = query.ToOrder(session.Encoding.Id, options.Shards, options.ShardDeadline);
            // The query grain ends by the deadline; it may itself be lost.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(options.ShardDeadline * 2);
            var reply = (await grains.GetGrain<IQueryGrain>(Guid.NewGuid()).FindAsync([order], limit.Token).WaitAsync(limit.Token))[0];
            return new FanOutResult([.. reply.Moments.Select(hit => hit.ToMoment())], reply.UnitsSeen, reply.ShotsScored, reply.SamplesScored)
            {
                Unanswered = [.. reply.Unanswered.Select(index => new VideoShard(index, options.Shards))],
                Damaged = reply.Damaged ?? [],
            };
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new ClusterSearchException(ErrorCodes.ClusterUnreachable,
                $"no silo took the query ({fault.Message.ReplaceLineEndings(" ")}); see that silos run and can be reached from here", fault) { IsTransient = true };
        }
    }
}
