using ClusterSearch.Archive.Searching;
using ClusterSearch.Core;
using ClusterSearch.Grains.Working;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Grains.Searching;

/// <summary>
/// Searches one part of an encoding, as the index stands when it is asked. Holds nothing: it is a place where a part's pages stay
/// warm, and may stand anywhere.
/// </summary>
internal sealed class ShardGrain(SiloWork work) : Grain, IShardGrain
{
    private ClusterSearch.Core.Embeddings.Encoding? _encoding;

    public async Task<ShardReply> FindAsync(QueryOrder query, CancellationToken cancellation)
    {
        var (encodingId, shard) = ShardKey.Parse(this.GetPrimaryKeyString());
        _encoding ??= (await work.Ports.Catalog.ListEncodingsAsync(cancellation)).FirstOrDefault(record => record.Encoding.Id == encodingId)?.Encoding
            ?? throw new InvalidOperationException($"{ErrorCodes.ArchiveEncoding}: {encodingId} is not known to the archive any more");
        var encoding = _encoding;
        // Scanning takes all cores for as long as it takes; a grain's turn is short.
        return await Task.Run(() => FindAsync(encoding, shard, query.ToQuery(), cancellation), cancellation);
    }

    private async Task<ShardReply> FindAsync(
        ClusterSearch.Core.Embeddings.Encoding encoding, VideoShard shard, MomentQuery query, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Shard);
        span?.SetTag(Telemetry.Attributes.Encoding, encoding.Id).SetTag(Telemetry.Attributes.Shard, shard.Name);
        using var session = await SearchSession.OpenToFindAsync(work.Ports, encoding, cancellation);
        var narrowed = query with { Filter = await shard.NarrowAsync(session.Snapshot, query.Filter, cancellation) };
        var found = await new LocalMomentFinder().FindAsync(session, narrowed, cancellation);
        return new ShardReply
        {
            Moments = [.. found.Moments.Select(moment => moment.ToHit())],
            UnitsSeen = found.UnitsSeen,
            ShotsScored = found.ShotsScored,
            SamplesScored = found.SamplesScored,
            Damaged = DamagedParts.Of(session.Snapshot) is { Count: > 0 } damaged ? [.. damaged] : null,
        };
    }
}
