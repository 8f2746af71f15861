namespace ClusterSearch.IndexBenchmarks.Truth;

/// <param name="Number">First sample of a unit or moment; the sample itself.</param>
/// <param name="End">One past the last sample.</param>
internal readonly record struct Scored(float Score, int Video, long Number, long End);

/// <summary>The k best of what is added.</summary>
internal sealed class TopScores(int k)
{
    private readonly PriorityQueue<Scored, (float Score, int Video, long Number)> _worstFirst = new(WorstFirst);

    /// <summary>Only what scores at least as high can still come in.</summary>
    public float Threshold { get; private set; } = float.NegativeInfinity;

    public void Add(Scored scored)
    {
        if (scored.Score < Threshold) return;
        var key = (scored.Score, scored.Video, scored.Number);
        if (_worstFirst.Count < k) _worstFirst.Enqueue(scored, key);
        else _worstFirst.EnqueueDequeue(scored, key);
        if (_worstFirst.Count == k) Threshold = _worstFirst.Peek().Score;
    }

    public void AddAll(TopScores other)
    {
        foreach (var (scored, _) in other._worstFirst.UnorderedItems) Add(scored);
    }

    /// <summary>What is found from now on is of interest only from this score on.</summary>
    public void Clear(float threshold)
    {
        _worstFirst.Clear();
        Threshold = threshold;
    }

    public IReadOnlyList<Scored> BestFirst() =>
        [.. _worstFirst.UnorderedItems.OrderBy(item => item.Priority, WorstFirst).Select(item => item.Element).Reverse()];

    private static readonly Comparer<(float Score, int Video, long Number)> WorstFirst = Comparer<(float Score, int Video, long Number)>.Create((left, right) =>
    {
        var byScore = left.Score.CompareTo(right.Score);
        if (byScore != 0) return byScore;
        var byVideo = right.Video.CompareTo(left.Video);
        return byVideo != 0 ? byVideo : right.Number.CompareTo(left.Number);
    });
}
