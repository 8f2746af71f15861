using ClusterSearch.Core.Catalog;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterSearch.Index;

/// <summary>How an <see cref="EmbeddedVectorStore"/> is opened.</summary>
public sealed record EmbeddedIndexOptions
{
    /// <summary>Threads of one scan; 0 takes all processors.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Recall against time: how many standard deviations above its estimate the bound of a piece of footage lies that is known by a
    /// one-bit code alone, and up to one more where less than a hundred are wanted; how far samples may lie above their piece's mean grows in
    /// proportion. What scores above its bound may be missed. The default is meant for at least 99 of the 100 best of units and samples;
    /// docs/benchmarks has the curve.
    /// </summary>
    public float Deviations { get; init; } = 3;

    /// <summary>The same where units are wanted for the shots around them: moments are runs of samples, which the means of units tell.</summary>
    public float ShotDeviations { get; init; } = 1.25f;

    /// <summary>Searches miss nothing by default: bounds above which nothing can score, from means. Slower by what means are larger than codes.</summary>
    public bool Exact { get; init; }

    /// <summary>An archive, or what a filter leaves of it, of at most so many pieces is searched exactly: it costs little.</summary>
    public long ExactPieces { get; init; } = 16_384;

    /// <summary>What a filter leaves is also searched exactly where it is at most one so-many-th of the archive: narrow filters miss nothing.</summary>
    public int ExactShare { get; init; } = 64;

    /// <summary>Segments that are merged into one of the next size.</summary>
    public int MergeWidth { get; init; } = 8;

    /// <summary>
    /// A merge never makes a segment of more samples than this; one of half as many is merged no more. A scan costs the same whatever the
    /// number of segments, and each merge writes its samples once more: writes of half this size are never written twice.
    /// </summary>
    public long MaximumMergedSamples { get; init; } = 98_304;

    /// <summary>False: each write also waits until what it left to merge is merged.</summary>
    public bool CompactInBackground { get; init; } = true;

    /// <summary>
    /// Asked before each write for the role under which this process writes; an answer of null refuses the write. Null where one
    /// process at a time writes: then a lock of the operating system keeps others out, which network file systems do not do well.
    /// </summary>
    public Func<RoleLease?>? WriterRole { get; init; }

    /// <summary>How long a writer with a role keeps files that it replaced, for readers on other hosts that have them open.</summary>
    public TimeSpan ReaderGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Where a register that cannot be reached is reported.</summary>
    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;

    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>A scan of fewer is done by the thread that asks: waking another takes longer.</summary>
    internal long PiecesPerThread { get; init; } = 4096;

    internal int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;

    internal void Validate()
    {
        if (Threads < 0) throw new ArgumentOutOfRangeException(nameof(Threads), $"threads are 0 or more, found {Threads}");
        if (ReaderGrace < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(ReaderGrace), $"a grace is 0 or more, found {ReaderGrace}");
        if (!(Deviations >= 0) || !float.IsFinite(Deviations)) throw new ArgumentOutOfRangeException(nameof(Deviations), $"deviations are 0 or more, found {Deviations}");
        if (!(ShotDeviations >= 0) || !float.IsFinite(ShotDeviations)) throw new ArgumentOutOfRangeException(nameof(ShotDeviations), $"deviations are 0 or more, found {ShotDeviations}");
        if (ExactPieces < 0) throw new ArgumentOutOfRangeException(nameof(ExactPieces), $"a number of pieces is 0 or more, found {ExactPieces}");
        if (ExactShare < 1) throw new ArgumentOutOfRangeException(nameof(ExactShare), $"a share is one 1st or less, found one {ExactShare}-th");
        if (MergeWidth < 2) throw new ArgumentOutOfRangeException(nameof(MergeWidth), $"at least 2 segments are merged, found {MergeWidth}");
        if (MaximumMergedSamples < 1) throw new ArgumentOutOfRangeException(nameof(MaximumMergedSamples), $"a segment holds at least 1 sample, found {MaximumMergedSamples}");
    }
}
