using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Catalog;

/// <summary>The numbers stand in databases.</summary>
public enum ChunkState
{
    Pending,
    Leased,
    Embedded,
    Indexed,
    Quarantined,
}

/// <summary>How a video is split in one encoding.</summary>
public sealed record VideoPlan(VideoId Video, string EncodingId, IReadOnlyList<Chunk> Chunks, long[]? ListedTicks)
{
    /// <summary>W3C traceparent of the recorded span under which it was planned, from which all work on it goes on; null when nobody traced.</summary>
    public string? Trace { get; init; }
}

/// <summary>How far a video is in one encoding.</summary>
public sealed record VideoPlanSummary(VideoId Video, long PlannedSamples, long EmbeddedSamples, IReadOnlyDictionary<ChunkState, int> Chunks)
{
    /// <summary>Higher comes first.</summary>
    public int Priority { get; init; }

    /// <summary>Of the encoder that made the vectors of every finished chunk; null while there are none, or when several made them.</summary>
    public string? EncoderFingerprint { get; init; }

    public int Count(ChunkState state) => Chunks.GetValueOrDefault(state);

    public int ChunkCount => Chunks.Values.Sum();
}

/// <summary>Which video a claim prefers among those of one priority.</summary>
public enum ClaimOrder
{
    /// <summary>The one with fewest leased chunks (lapsed leases not counted), then the one planned first: all advance together.</summary>
    Fair,

    /// <summary>One that is begun (any chunk is no longer pending) before one that is not, then the one planned first: whole videos become searchable one after the other.</summary>
    EarliestSearchable,
}

public sealed record ClaimRequest
{
    public required string EncodingId { get; init; }

    /// <summary>Host, process and slot: <see cref="WorkerName.Of"/>.</summary>
    public required string Worker { get; init; }

    public required TimeSpan LeaseDuration { get; init; }

    /// <summary>The claimant's <see cref="IImageTextModel.EncoderFingerprint"/>.</summary>
    public required string EncoderFingerprint { get; init; }

    public bool AllowMixedEncoders { get; init; }

    /// <summary>Only chunks of these videos; null: of any.</summary>
    public IReadOnlySet<VideoId>? Videos { get; init; }

    public ClaimOrder Order { get; init; } = ClaimOrder.Fair;

    /// <summary>Failed attempts after which a chunk is quarantined.</summary>
    public const int MaximumAttempts = 3;

    /// <summary>Lost leases after which a chunk is quarantined (worker.lost).</summary>
    public const int MaximumLapses = 8;
}

/// <summary>The right to work on a chunk.</summary>
/// <param name="Token">32 hexadecimal digits, new for every lease.</param>
/// <param name="Attempts">Failed attempts before this one.</param>
public sealed record ChunkLease(VideoId Video, string EncodingId, Chunk Chunk, string Token, int Attempts, TimeSpan Duration)
{
    /// <summary>An earlier attempt crashed its worker: run it alone, so that it takes nobody with it.</summary>
    public bool IsSuspect { get; init; }

    /// <summary>Leases of the chunk that were lost before this one.</summary>
    public int Lapses { get; init; }
}

/// <summary>What embedding a chunk gave.</summary>
/// <param name="SampleCount">Samples in the vector file.</param>
/// <param name="MissingSamples">Planned ones that could not be had.</param>
/// <param name="Warning">The decoder's complaint, in one line; null when there was none.</param>
public sealed record ChunkResult(
    RawVectorReceipt Receipt, long SampleCount, long MissingSamples, string EncoderFingerprint, string? Warning);

public sealed record ChunkRecord
{
    public required Chunk Chunk { get; init; }

    public required ChunkState State { get; init; }

    /// <summary>Token of the current lease, or of the one under which the vector file was written; null while pending.</summary>
    public string? Token { get; init; }

    public int Attempts { get; init; }

    /// <summary>Leases that lapsed and were taken over, or were freed from a worker that was gone, since the last success.</summary>
    public int Lapses { get; init; }

    /// <summary>An attempt since the last success crashed its worker.</summary>
    public bool IsSuspect { get; init; }

    /// <summary>Of the vector file; null before the chunk is embedded.</summary>
    public ChunkResult? Result { get; init; }

    /// <summary>Why the last attempt failed; null when none did.</summary>
    public Failure? Failure { get; init; }
}
