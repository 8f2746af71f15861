using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Core.Catalog;

/// <summary>A named directory; each host may map the name to a directory of its own.</summary>
public sealed record RootRecord(string Name, string Directory);

/// <summary>Where a file lies: a root's name and a path below it, with forward slashes.</summary>
public readonly record struct Place(string Root, string RelativePath)
{
    public override string ToString() => $"{Root}:{RelativePath}";
}

/// <summary>A file and what it holds.</summary>
/// <param name="FileBytes">Size when it was last read.</param>
/// <param name="ModifiedAtUnixNanoseconds">Modification time when it was last read.</param>
public sealed record PlaceRecord(Place Place, VideoId Video, long FileBytes, long ModifiedAtUnixNanoseconds);

public sealed record VideoRecord
{
    public required VideoId Id { get; init; }

    public required VideoFacts Facts { get; init; }

    public required VideoAttributes Attributes { get; init; }

    /// <summary>What the decoder complained about, in one line; null when it did not.</summary>
    public string? Warning { get; init; }

    /// <summary>Filled when read, ordered; ignored when put.</summary>
    public IReadOnlyList<Place> Places { get; init; } = [];
}

/// <param name="IsActive">Whether searches use it.</param>
public sealed record EncodingRecord(Encoding Encoding, bool IsActive);

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
public sealed record VideoPlan(VideoId Video, string EncodingId, IReadOnlyList<Chunk> Chunks, long[]? ListedTicks);

/// <summary>How far a video is in one encoding.</summary>
public sealed record VideoPlanSummary(VideoId Video, long PlannedSamples, long EmbeddedSamples, IReadOnlyDictionary<ChunkState, int> Chunks)
{
    public int Count(ChunkState state) => Chunks.GetValueOrDefault(state);

    public int ChunkCount => Chunks.Values.Sum();
}

public sealed record ClaimRequest
{
    public required string EncodingId { get; init; }

    /// <summary>Host, process and slot, for people.</summary>
    public required string Worker { get; init; }

    public required TimeSpan LeaseDuration { get; init; }

    /// <summary>The claimant's <see cref="IImageTextModel.EncoderFingerprint"/>.</summary>
    public required string EncoderFingerprint { get; init; }

    public bool AllowMixedEncoders { get; init; }

    /// <summary>Only chunks of these videos; null: of any.</summary>
    public IReadOnlySet<VideoId>? Videos { get; init; }

    /// <summary>Failed attempts after which a chunk is quarantined.</summary>
    public const int MaximumAttempts = 3;
}

/// <summary>The right to work on a chunk.</summary>
/// <param name="Token">32 hexadecimal digits, new for every lease.</param>
/// <param name="Attempts">Failed attempts before this one.</param>
public sealed record ChunkLease(VideoId Video, string EncodingId, Chunk Chunk, string Token, int Attempts, TimeSpan Duration);

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

    /// <summary>Of the vector file; null before the chunk is embedded.</summary>
    public ChunkResult? Result { get; init; }

    /// <summary>Why the last attempt failed; null when none did.</summary>
    public Failure? Failure { get; init; }
}

/// <param name="Code">Of <see cref="ErrorCodes"/>.</param>
/// <param name="Message">One line for a person.</param>
public sealed record Failure(string Code, string Message);

/// <param name="Video">Null when the file could not even be identified.</param>
public sealed record FailureRecord(Place Place, VideoId? Video, Failure Failure);

/// <summary>Counts over one encoding; all are zero for one that is unknown.</summary>
public sealed record LedgerStatus
{
    public required IReadOnlyDictionary<ChunkState, int> Chunks { get; init; }

    /// <summary>Videos planned in the encoding; each is searchable, partial, ingesting or failed.</summary>
    public required int Videos { get; init; }

    /// <summary>Every chunk indexed.</summary>
    public required int SearchableVideos { get; init; }

    /// <summary>Some chunks indexed, none left to do: quarantined ones are missing.</summary>
    public required int PartialVideos { get; init; }

    /// <summary>Chunks still pending, leased or embedded.</summary>
    public required int IngestingVideos { get; init; }

    /// <summary>Every chunk quarantined.</summary>
    public required int FailedVideos { get; init; }

    /// <summary>Indexed samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Footage of these videos, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Samples planned but quarantined or undecodable.</summary>
    public required long MissingSamples { get; init; }
}
