using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive;

/// <summary>What to verify.</summary>
public sealed record VerifyRequest
{
    /// <summary>Also compute digests.</summary>
    public bool Digest { get; init; }

    /// <summary>An id, the beginning of one, or a model's name; null: every encoding, and what belongs to none.</summary>
    public string? Encoding { get; init; }

    /// <summary>Mend what was found, then look again.</summary>
    public bool Repair { get; init; }
}

/// <param name="Videos">Planned in the encoding that was named, else in the active one; so are samples and digest.</param>
/// <param name="Samples">Searchable ones.</param>
/// <param name="Problems">What was found, of everything that was verified.</param>
/// <param name="Remaining">What a second look found after the repair; without one, the same as <paramref name="Problems"/>.</param>
/// <param name="Digest">SHA-256 over raw vectors, smoothed vectors and the shot table in key order, after the repair; null unless asked for.</param>
public sealed record VerifyReport(
    int Videos, long Samples, IReadOnlyList<VerifyProblem> Problems, IReadOnlyList<VerifyProblem> Remaining, string? Digest)
{
    /// <summary>Nothing differs (any more).</summary>
    public bool Ok => Remaining.Count == 0;

    /// <summary>What was verified, each encoding by itself.</summary>
    public IReadOnlyList<EncodingVerification> Encodings { get; init; } = [];

    /// <summary>Files that do not count: what crashes, lost leases and dropped encodings leave. No problem, and swept by a repair.</summary>
    public IReadOnlyList<VerifyProblem> Leftovers { get; init; } = [];

    /// <summary>Chunks that the repair left to the next ingest.</summary>
    public int Requeued { get; init; }

    /// <summary>Videos of which no file is reachable on this host: they are searchable and cannot be played here.</summary>
    public int UnreachableVideos { get; init; }
}

/// <param name="Problems">How many (after the repair).</param>
public sealed record EncodingVerification(EncodingSummary Encoding, bool IsActive, int Videos, long Samples, int Problems, string? Digest);

/// <summary>Something that differs between ledger, vector files and index.</summary>
/// <param name="Code">One of <see cref="VerifyCodes"/>.</param>
/// <param name="Message">One line: what was expected, what was found, where.</param>
public sealed record VerifyProblem(string Code, string Message)
{
    /// <summary>Where it lies: "ledger", "encoding", "vectors" or "index".</summary>
    public string Kind => Code[..Code.IndexOf('.', StringComparison.Ordinal)];

    /// <summary>What `verify --repair` does about it, one line.</summary>
    public string Repair => VerifyCodes.RepairOf(Code);

    public string? EncodingId { get; init; }

    public VideoId? Video { get; init; }

    /// <summary>Index of the chunk; null where it concerns more than one or none.</summary>
    public int? Chunk { get; init; }

    /// <summary>A file or place that the repair removes; null for other problems.</summary>
    internal object? Subject { get; init; }

    public override string ToString() => $"{Code}: {Message}; repair: {Repair}";
}

/// <summary>Stable codes of <see cref="VerifyProblem"/>.</summary>
public static class VerifyCodes
{
    /// <summary>A plan of a video that the catalogue does not know.</summary>
    public const string LedgerVideo = "ledger.video";

    /// <summary>Rows of a video's chunks are missing or overlap.</summary>
    public const string LedgerChunks = "ledger.chunks";

    /// <summary>A place below a root that the catalogue does not know.</summary>
    public const string LedgerPlace = "ledger.place";

    /// <summary>Vector files or an index of an encoding that the catalogue does not know.</summary>
    public const string EncodingUnknown = "encoding.unknown";

    /// <summary>A counted vector file is lost.</summary>
    public const string VectorsMissing = "vectors.missing";

    /// <summary>A counted vector file differs from what was written.</summary>
    public const string VectorsBroken = "vectors.broken";

    /// <summary>A whole vector file does not hold what the ledger or the encoding says.</summary>
    public const string VectorsContent = "vectors.content";

    /// <summary>A vector file that the ledger does not count.</summary>
    public const string VectorsLeftover = "vectors.leftover";

    /// <summary>An encoding's index cannot be opened, or a checksum differs.</summary>
    public const string IndexBroken = "index.broken";

    /// <summary>Units of a video are missing or differ from what its vector files give.</summary>
    public const string IndexUnits = "index.units";

    /// <summary>The index holds samples that the ledger does not count.</summary>
    public const string IndexStranger = "index.stranger";

    internal static string RepairOf(string code) => code switch
    {
        LedgerVideo => "the video is probed again at a place that is known, else its plan is forgotten",
        LedgerChunks => "the video is planned anew and embedded again by the next ingest",
        LedgerPlace => "the place is forgotten",
        EncodingUnknown or VectorsLeftover => "deleted",
        VectorsMissing or VectorsBroken or VectorsContent => "the chunk is embedded again by the next ingest",
        IndexBroken => "the encoding's index is written anew from the vector files",
        IndexUnits or IndexStranger => "the video's part of the index is written anew from the vector files",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "a code of verify"),
    };
}
