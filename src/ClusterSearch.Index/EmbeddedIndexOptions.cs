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

    internal int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;

    internal void Validate()
    {
        if (Threads < 0) throw new ArgumentOutOfRangeException(nameof(Threads), $"threads are 0 or more, found {Threads}");
        if (MergeWidth < 2) throw new ArgumentOutOfRangeException(nameof(MergeWidth), $"at least 2 segments are merged, found {MergeWidth}");
        if (MaximumMergedSamples < 1) throw new ArgumentOutOfRangeException(nameof(MaximumMergedSamples), $"a segment holds at least 1 sample, found {MaximumMergedSamples}");
    }
}
