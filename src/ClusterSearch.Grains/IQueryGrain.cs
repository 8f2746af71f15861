namespace ClusterSearch.Grains;

/// <summary>Fans queries out over shards and merges what they find. Stateless; a new key for every call, so that a call can be cancelled by it.</summary>
public interface IQueryGrain : IGrainWithGuidKey
{
    /// <summary>Asks every shard of every query's encoding, each with the query's deadline.</summary>
    /// <returns>A reply for each query, in their order; what did not answer is named in it.</returns>
    [ResponseTimeout("00:10:00")]
    Task<IReadOnlyList<QueryReply>> FindAsync(IReadOnlyList<QueryOrder> queries, CancellationToken cancellation);
}

/// <summary>One part of an encoding; its key is <see cref="ShardKey"/>.</summary>
public interface IShardGrain : IGrainWithStringKey
{
    /// <summary>The best moments of this part.</summary>
    [AlwaysInterleave, ResponseTimeout("00:10:00")]
    Task<ShardReply> FindAsync(QueryOrder query, CancellationToken cancellation);
}

/// <summary>One linear query of one encoding.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.query-order")]
public sealed record QueryOrder
{
    [Id(0)] public required string Encoding { get; init; }

    /// <summary>Of the encoding's dimension.</summary>
    [Id(1)] public required float[] Vector { get; init; }

    [Id(2)] public required QueryFilter Filter { get; init; }

    /// <summary>Moments wanted.</summary>
    [Id(3)] public required int Count { get; init; }

    /// <summary>Smooth scores within each shot.</summary>
    [Id(4)] public bool IsSmoothed { get; init; }

    /// <summary>What the query scores on the bulk of the encoding; 0 where that says nothing.</summary>
    [Id(5)] public double Background { get; init; }

    /// <summary>Parts that the encoding is searched in.</summary>
    [Id(6)] public required int Shards { get; init; }

    /// <summary>A shard that has not answered by then is left out.</summary>
    [Id(7)] public required TimeSpan Deadline { get; init; }

    /// <summary>No unit may be missed. Older callers do not say it: false.</summary>
    [Id(8)] public bool IsExact { get; init; }
}

/// <summary>What may be found; null asks nothing.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.query-filter")]
public sealed record QueryFilter
{
    [Id(0)] public string[]? Videos { get; init; }

    [Id(1)] public string[]? Cameras { get; init; }

    [Id(2)] public string[]? Zones { get; init; }

    [Id(3)] public DateTimeOffset? RecordedAfter { get; init; }

    [Id(4)] public DateTimeOffset? RecordedBefore { get; init; }

    [Id(5)] public double? SecondsAfter { get; init; }

    [Id(6)] public double? SecondsBefore { get; init; }
}

/// <summary>A found moment in samples, before its edges are refined.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.moment-hit")]
public sealed record MomentHit
{
    [Id(0)] public required string Video { get; init; }

    /// <summary>Sample numbers [FirstSample, EndSample).</summary>
    [Id(1)] public required long FirstSample { get; init; }

    [Id(2)] public required long EndSample { get; init; }

    [Id(3)] public required float Score { get; init; }

    [Id(4)] public required long KeySample { get; init; }
}

/// <summary>One shard's best.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.shard-reply")]
public sealed record ShardReply
{
    /// <summary>Best first.</summary>
    [Id(0)] public required MomentHit[] Moments { get; init; }

    [Id(1)] public long UnitsSeen { get; init; }

    [Id(2)] public long ShotsScored { get; init; }

    [Id(3)] public long SamplesScored { get; init; }

    /// <summary>Parts of the index that its silo found damaged, a line each; null where there are none.</summary>
    [Id(4)] public string[]? Damaged { get; init; }
}

/// <summary>The best of all shards that answered.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.query-reply")]
public sealed record QueryReply
{
    /// <summary>Best first, in the total order.</summary>
    [Id(0)] public required MomentHit[] Moments { get; init; }

    [Id(1)] public long UnitsSeen { get; init; }

    [Id(2)] public long ShotsScored { get; init; }

    [Id(3)] public long SamplesScored { get; init; }

    /// <summary>Indexes, from 0, of shards that did not answer.</summary>
    [Id(4)] public required int[] Unanswered { get; init; }

    /// <summary>Parts of the index that silos found damaged, a line each; null where there are none.</summary>
    [Id(5)] public string[]? Damaged { get; init; }
}
