using ClusterSearch.Core.Catalog;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterSearch.Index;

/// <summary>How an <see cref="EmbeddedVectorStore"/> is opened.</summary>
public sealed record EmbeddedIndexOptions
{
    /// <summary>Threads of one scan; 0 takes all processors.</summary>
    public int Threads { get; init; }

    /// <summary>Segments that are merged into one of the next size.</summary>
    public int MergeWidth { get; init; } = 8;

    /// <summary>A merge never makes a segment of more samples than this, so that its cost stays bounded; one of half as many is merged no more.</summary>
    public long MaximumMergedSamples { get; init; } = 262_144;

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

    internal int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;

    internal void Validate()
    {
        if (Threads < 0) throw new ArgumentOutOfRangeException(nameof(Threads), $"threads are 0 or more, found {Threads}");
        if (ReaderGrace < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(ReaderGrace), $"a grace is 0 or more, found {ReaderGrace}");
        if (MergeWidth < 2) throw new ArgumentOutOfRangeException(nameof(MergeWidth), $"at least 2 segments are merged, found {MergeWidth}");
        if (MaximumMergedSamples < 1) throw new ArgumentOutOfRangeException(nameof(MaximumMergedSamples), $"a segment holds at least 1 sample, found {MaximumMergedSamples}");
    }
}
