namespace ClusterSearch.Core.Footage;

/// <summary>A half-open range [First, End) of sample numbers of one video in one encoding.</summary>
public readonly record struct SampleRange
{
    public SampleRange(long first, long end)
    {
        if (first < 0 || end < first)
            throw new ArgumentOutOfRangeException(nameof(end), $"a sample range is [first, end) with 0 <= first <= end, found [{first}, {end})");
        First = first;
        End = end;
    }

    public long First { get; }

    public long End { get; }

    public long Count => End - First;

    public bool IsEmpty => End == First;

    public bool Contains(long number) => number >= First && number < End;

    public static SampleRange Everything { get; } = new(0, long.MaxValue);

    public override string ToString() => $"[{First}, {End})";
}
