using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive;

/// <summary>Port of everything that changes an archive.</summary>
public interface IIngestion
{
    /// <summary>
    /// Discovers footage below the paths, registers it, and works until every chunk is searchable or failed. A rerun goes
    /// on where the last run ended. Cancellation stops cleanly: finished chunks stay, leases are given back.
    /// </summary>
    /// <param name="progress">Called often, from any thread; cheap to ignore.</param>
    /// <exception cref="Core.ClusterSearchException">
    /// For faults of the whole run: archive codes, model codes, environment.missing. A file's own fault is in the report.
    /// </exception>
    Task<IngestReport> IngestAsync(IngestRequest request, IProgress<IngestProgress> progress, CancellationToken cancellation);

    /// <summary>
    /// Watches directories and takes in what appears in them, until it is cancelled, which is its normal end. A watch that is
    /// started again goes on where the last one ended.
    /// </summary>
    /// <exception cref="Core.ClusterSearchException">For faults of the whole archive, as for ingesting.</exception>
    Task<WatchReport> WatchAsync(WatchRequest request, IWatchObserver observer, CancellationToken cancellation);

    /// <summary>Forgets a video: catalogue, index and vector files. The footage itself is never touched.</summary>
    Task RemoveVideoAsync(VideoId video, CancellationToken cancellation);

    /// <summary>Makes quarantined chunks pending again (null: of all videos); the next ingest works on them.</summary>
    /// <returns>How many.</returns>
    Task<int> RetryAsync(VideoId? video, CancellationToken cancellation);

    /// <summary>Computes smoothing, shots and index again from the raw vectors, without decoding.</summary>
    /// <param name="encoding">An id, the beginning of one, or a model's name; null: every encoding.</param>
    Task<ReindexReport> ReindexAsync(string? encoding, IProgress<IngestProgress> progress, CancellationToken cancellation);

    /// <summary>Compares ledger, vector files and index of every encoding; changes nothing unless a repair is asked for.</summary>
    /// <exception cref="Core.ClusterSearchException">request.invalid for an unknown encoding; archive.busy when a repair meets a running ingest.</exception>
    Task<VerifyReport> VerifyAsync(VerifyRequest request, CancellationToken cancellation);

    /// <summary>Makes a consistent copy of the archive, its index left out, while it may be searched and ingested.</summary>
    /// <exception cref="Core.ClusterSearchException">
    /// request.invalid for a directory that holds something else, or a catalogue that is copied by tools of its own; archive.corrupt when a
    /// vector file that counts is missing; archive.disk_full.
    /// </exception>
    Task<BackupReport> BackupAsync(BackupRequest request, CancellationToken cancellation);

    Task<ArchiveStatus> StatusAsync(CancellationToken cancellation);

    /// <summary>
    /// Makes another encoding the one that searches use. Searches under way, in any process, end in the one they began in;
    /// later ones use the new one.
    /// </summary>
    /// <param name="encoding">An id, the beginning of one, or a model's name.</param>
    /// <param name="force">Also while videos are missing from it.</param>
    /// <exception cref="Core.ClusterSearchException">request.invalid, archive.encoding while it is incomplete, model codes.</exception>
    Task<EncodingUse> UseEncodingAsync(string encoding, bool force, CancellationToken cancellation);

    /// <summary>Removes an encoding that is not active: plans, index and vector files.</summary>
    /// <param name="encoding">An id, the beginning of one, or a model's name.</param>
    /// <exception cref="Core.ClusterSearchException">request.invalid, archive.encoding for the active one, archive.busy.</exception>
    Task<EncodingProgress> DropEncodingAsync(string encoding, CancellationToken cancellation);
}

public sealed record IngestRequest
{
    /// <summary>Files and directories (searched with everything below them). None, with <see cref="Beside"/>: every known video, where it lies.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>Directory below which every file lies, links followed; others fail. Null: anywhere.</summary>
    public string? ConfinedTo { get; init; }

    /// <summary>
    /// Where model, precision, sampling or resize differ from the active encoding's: ingest a second encoding beside it. The
    /// active one goes on being searched until <see cref="IIngestion.UseEncodingAsync"/>.
    /// </summary>
    public bool Beside { get; init; }

    /// <summary>Null: the active encoding's sampling, else <see cref="Core.Footage.Sampling.Default"/>.</summary>
    public Sampling? Sampling { get; init; }

    public ResizeMode? Resize { get; init; }

    public string? HardwareAcceleration { get; init; }

    public TimeSpan ChunkDuration { get; init; } = ChunkPlan.DefaultChunkDuration;

    /// <summary>For the footage of this run; null keeps what is known.</summary>
    public string? Camera { get; init; }

    public string? Zone { get; init; }

    /// <summary>Wall-clock time of the first frame; null takes the file's own creation time where it has one.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>Model directory; null: the active encoding's, else the starter.</summary>
    public string? ModelDirectory { get; init; }

    /// <summary>Precision variant of the model; null: the active encoding's, for another model by what its directory holds.</summary>
    public string? Precision { get; init; }

    /// <summary>Chunks worked on at once; 0 chooses by the cores.</summary>
    public int Workers { get; init; }

    /// <summary>Let a video be finished by encoders that differ in runtime, provider or instruction set.</summary>
    public bool AllowMixedEncoders { get; init; }

    /// <summary>How urgent this footage is, higher comes first; null keeps what is known, 0 at first.</summary>
    public int? Priority { get; init; }

    /// <summary>Which video's chunks come first among those of one priority; where worker processes work, they are asked for it instead.</summary>
    public ClaimOrder Order { get; init; } = ClaimOrder.Fair;

    /// <summary>Where worker processes work: return once everything is registered, with what is known then.</summary>
    public bool Detach { get; init; }
}

/// <summary>A state of the run for a progress display.</summary>
public sealed record IngestProgress
{
    public required IngestStage Stage { get; init; }

    public required double SecondsDone { get; init; }

    public required double SecondsTotal { get; init; }

    /// <summary>Seconds of footage a second, over this run.</summary>
    public required double TimesRealTime { get; init; }

    /// <summary>Null until it can be told.</summary>
    public required TimeSpan? TimeLeft { get; init; }

    public required int Videos { get; init; }

    public required int VideosDone { get; init; }

    public required int Failures { get; init; }

    /// <summary>What holds the run up, in one line; null when nothing does.</summary>
    public string? Note { get; init; }
}

public enum IngestStage
{
    Discovering,
    Embedding,
    Indexing,
    Done,
}

public sealed record IngestReport
{
    /// <summary>Files looked at.</summary>
    public required int Files { get; init; }

    /// <summary>New to the archive.</summary>
    public required int Added { get; init; }

    /// <summary>Known, and nothing was left to do.</summary>
    public required int Unchanged { get; init; }

    /// <summary>Known by content at another place.</summary>
    public required int Moved { get; init; }

    public required IReadOnlyList<FileFailure> Failures { get; init; }

    /// <summary>Ingested, with something to know.</summary>
    public required IReadOnlyList<FileFailure> Warnings { get; init; }

    public required long Samples { get; init; }

    public required double SecondsOfFootage { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>The encoding that was ingested, as far as it is now.</summary>
    public EncodingProgress? Encoding { get; init; }
}

public sealed record FileFailure(string Path, string Code, string Message);

/// <param name="Videos">Videos whose index was made again, each once.</param>
/// <param name="Samples">Over all encodings.</param>
public sealed record ReindexReport(int Videos, long Samples, TimeSpan Elapsed)
{
    public IReadOnlyList<EncodingSummary> Encodings { get; init; } = [];
}

/// <param name="Ledger">Of the active encoding.</param>
/// <param name="Encoding">The active encoding; null in an empty archive.</param>
/// <param name="VideosWithoutPlan">Known videos that the active encoding does not hold.</param>
public sealed record ArchiveStatus(
    LedgerStatus Ledger, IReadOnlyList<FileFailure> Failures, EncodingSummary? Encoding, int VideosWithoutPlan)
{
    /// <summary>Every encoding, in the order in which they came.</summary>
    public IReadOnlyList<EncodingProgress> Encodings { get; init; } = [];
}

/// <summary>How far an encoding is.</summary>
/// <param name="VideosWithoutPlan">Known videos that it does not hold.</param>
public sealed record EncodingProgress(EncodingSummary Encoding, bool IsActive, LedgerStatus Ledger, int VideosWithoutPlan)
{
    /// <summary>Videos known to the archive.</summary>
    public int Videos => Ledger.Videos + VideosWithoutPlan;

    /// <summary>Videos with nothing left to do that can be searched, wholly or with pieces missing.</summary>
    public int CompleteVideos => Ledger.SearchableVideos + Ledger.PartialVideos;
}

/// <param name="Active">What searches use now.</param>
/// <param name="Before">What they used before; the same where nothing changed.</param>
/// <param name="Videos">Videos known to the archive.</param>
/// <param name="MissingVideos">Videos that are missing from it: above 0 only by force.</param>
public sealed record EncodingUse(EncodingSummary Active, EncodingSummary Before, int Videos, int MissingVideos);

/// <param name="Model">Name of the model's directory.</param>
/// <param name="Sampling">"1/1", "native", "keyframes".</param>
public sealed record EncodingSummary(string Id, string Model, string Sampling, string Resize, int Dimension)
{
    public string Precision { get; init; } = "";

    /// <summary>Where the model lay when the encoding was first used.</summary>
    public string ModelDirectory { get; init; } = "";

    public static EncodingSummary Of(Encoding encoding) => new(
        encoding.Id, encoding.ModelName, encoding.Sampling.ToString(), encoding.Resize.ToString().ToLowerInvariant(), encoding.Dimension)
    {
        Precision = encoding.Precision,
        ModelDirectory = encoding.ModelDirectory,
    };
}
