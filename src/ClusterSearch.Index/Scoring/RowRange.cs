namespace ClusterSearch.Index.Scoring;

/// <summary>Units, or codes of a level, [First, End) of a segment.</summary>
internal readonly record struct RowRange(int First, int End)
{
    public int Count => End - First;

    /// <summary>Ranges in order, those that touch as one.</summary>
    public static IEnumerable<RowRange> Join(IEnumerable<RowRange> ranges)
    {
        RowRange? open = null;
        foreach (var range in ranges)
        {
            if (open is { } last && last.End == range.First)
            {
                open = last with { End = range.End };
                continue;
            }
            if (open is { } closed) yield return closed;
            open = range;
        }
        if (open is { } end) yield return end;
    }
}
