namespace ClusterSearch.Grains;

/// <summary>
/// Streams of hints, and what goes through them. Their provider is in memory on a desk and in PostgreSQL in deployments; with
/// either, a hint may be lost or repeated, and the ledger is read again sooner or later anyway.
/// </summary>
internal static class Hints
{
    public const string Provider = "hints";

    /// <summary>By <see cref="VideoKey"/>: a chunk is embedded.</summary>
    public const string ChunkDone = "chunk-done";

    /// <summary>By video id: something of it was written to the index.</summary>
    public const string MomentsIndexed = "moments-indexed";
}

/// <summary>Something happened to a video; the ledger says what.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.video-hint")]
public sealed record VideoHint
{
    [Id(0)] public required string Encoding { get; init; }

    /// <summary>-1 where no single chunk is meant.</summary>
    [Id(1)] public int Chunk { get; init; } = -1;
}
