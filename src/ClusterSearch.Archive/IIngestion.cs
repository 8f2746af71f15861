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

    /// <summary>Forgets a video: catalogue, index and vector files. The footage itself is never touched.</summary>
    Task RemoveVideoAsync(VideoId video, CancellationToken cancellation);

    /// <summary>Makes quarantined chunks pending again (null: of all videos); the next ingest works on them.</summary>
    /// <returns>How many.</returns>
    Task<int> RetryAsync(VideoId? video, CancellationToken cancellation);

    /// <summary>Computes smoothing, shots and index again from the raw vectors, without decoding.</summary>
    Task<ReindexReport> ReindexAsync(IProgress<IngestProgress> progress, CancellationToken cancellation);

    /// <summary>Compares ledger, vector files and index of every encoding; changes nothing unless a repair is asked for.</summary>
    /// <exception cref="Core.ClusterSearchException">archive.encoding for an unknown one; archive.busy when a repair meets a running ingest.</exception>
    Task<VerifyReport> VerifyAsync(VerifyRequest request, CancellationToken cancellation);

    Task<ArchiveStatus> StatusAsync(CancellationToken cancellation);
}

public sealed record IngestRequest
{
    /// <summary>Files and directories (searched with everything below them).</summary>
    public required IReadOnlyList<string> Paths { get; init; }

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

    /// <summary>Chunks worked on at once; 0 chooses by the cores.</summary>
    public int Workers { get; init; }

    /// <summary>Let a video be finished by encoders that differ in runtime, provider or instruction set.</summary>
    public bool AllowMixedEncoders { get; init; }
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
}

public sealed record FileFailure(string Path, string Code, string Message);

public sealed record ReindexReport(int Videos, long Samples, TimeSpan Elapsed);

/// <param name="Encoding">The active encoding's id, model name and sampling; null in an empty archive.</param>
public sealed record ArchiveStatus(
    LedgerStatus Ledger, IReadOnlyList<FileFailure> Failures, EncodingSummary? Encoding, int VideosWithoutPlan);

public sealed record EncodingSummary(string Id, string Model, string Sampling, string Resize, int Dimension)
{
    public static EncodingSummary Of(Encoding encoding) => new(
        encoding.Id, encoding.ModelName, encoding.Sampling.ToString(), encoding.Resize.ToString().ToLowerInvariant(), encoding.Dimension);
}
