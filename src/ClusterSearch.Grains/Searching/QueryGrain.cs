using ClusterSearch.Archive.Searching;
using ClusterSearch.ServiceDefaults;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace ClusterSearch.Grains.Searching;

/// <summary>
/// Asks every shard of every query at once and waits for each no longer than the query's deadline. A shard that fails is asked
/// once more while there is time, since its next activation may stand elsewhere; one that does not answer is named.
/// </summary>
/// <remarks>One worker a key: of several, the word that a call is cancelled would reach any.</remarks>
[StatelessWorker(maxLocalWorkers: 1)]
internal sealed class QueryGrain(ILogger<QueryGrain> log) : Grain, IQueryGrain
{
    public async Task<IReadOnlyList<QueryReply>> FindAsync(IReadOnlyList<QueryOrder> queries, CancellationToken cancellation)
    {
        try
        {
            return await Task.WhenAll(queries.Select(query => FindAsync(query, cancellation)));
        }
        finally
        {
            DeactivateOnIdle();
        }
    }

    private async Task<QueryReply> FindAsync(QueryOrder query, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(query.Deadline);
        var merge = new ShardMerge(query.Shards, query.Count);
        await Task.WhenAll(VideoShard.All(query.Shards).Select(shard => AskAsync(query, shard, merge, limit.Token)));
        cancellation.ThrowIfCancellationRequested();
        var result = merge.Result();
        return new QueryReply
        {
            Moments = [.. result.Moments.Select(moment => moment.ToHit())],
            UnitsSeen = result.UnitsSeen,
            ShotsScored = result.ShotsScored,
            SamplesScored = result.SamplesScored,
            Unanswered = [.. result.Unanswered.Select(shard => shard.Index)],
            Damaged = result.Damaged.Count > 0 ? [.. result.Damaged] : null,
        };
    }

    private async Task AskAsync(QueryOrder query, VideoShard shard, ShardMerge merge, CancellationToken limit)
    {
        const int attempts = 2;
        var grain = GrainFactory.GetGrain<IShardGrain>(ShardKey.Of(query.Encoding, shard));
        for (var attempt = 1; attempt <= attempts && !limit.IsCancellationRequested; attempt++)
        {
            try
            {
                // A silo that is gone without a word does not even say that a call was cancelled.
                var reply = await grain.FindAsync(query, limit).WaitAsync(limit);
                merge.Add(shard.Index, new FanOutResult([.. reply.Moments.Select(hit => hit.ToMoment())], reply.UnitsSeen, reply.ShotsScored, reply.SamplesScored) { Damaged = reply.Damaged ?? [] });
                return;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                log.LogWarning("Shard {Shard} of {Encoding} did not answer in time", shard.Name, query.Encoding);
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                log.LogWarning("Shard {Shard} of {Encoding} failed: {Message}", shard.Name, query.Encoding, fault.Message);
            }
        }
        Telemetry.ShardsUnanswered.Add(1);
    }
}
