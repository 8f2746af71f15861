using ClusterSearch.Milvus.Protocol;

namespace ClusterSearch.Milvus.Reading;

/// <summary>What a read waits for.</summary>
/// <param name="Level">The server's name for it.</param>
/// <param name="Timestamp">The server's time of the last row that must be seen; 0 where the level alone decides.</param>
internal readonly record struct ReadTime(ConsistencyLevel Level, ulong Timestamp)
{
    /// <summary>Everything that the server took until now, whoever wrote it.</summary>
    public static ReadTime Latest { get; } = new(ConsistencyLevel.Strong, 0);

    /// <summary>A server of 2.3 reads its own writes only if it is told their time.</summary>
    public static ReadTime Of(MilvusConsistency consistency, ulong timestamp) => consistency switch
    {
        MilvusConsistency.Strong => Latest,
        MilvusConsistency.Bounded => new(ConsistencyLevel.Bounded, 0),
        MilvusConsistency.Eventually => new(ConsistencyLevel.Eventually, 0),
        _ => new(ConsistencyLevel.Session, timestamp),
    };
}
