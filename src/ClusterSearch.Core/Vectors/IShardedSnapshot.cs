namespace ClusterSearch.Core.Vectors;

/// <summary>A snapshot of a store that keeps an encoding in parts which can be searched apart, on other machines or with deadlines of their own.</summary>
public interface IShardedSnapshot : IVectorSnapshot
{
    /// <summary>Names of the parts, each video wholly in one of them; empty while nothing is stored.</summary>
    IReadOnlyList<string> Shards { get; }

    /// <summary>The same view of one part alone. Lives as long as this one.</summary>
    IVectorSnapshot OfShard(string shard);
}
