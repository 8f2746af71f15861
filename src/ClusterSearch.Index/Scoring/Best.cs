namespace ClusterSearch.Index.Scoring;

/// <summary>Keeps the k best of what is added; sorts only when twice as many have come together.</summary>
internal sealed class Best<T>(int k, Comparison<T> bestFirst)
{
    private readonly List<T> _items = [];
    private T _least = default!;

    /// <summary>Whether there are k, so that only what comes before <see cref="Least"/> is of interest.</summary>
    public bool IsFull { get; private set; }

    /// <summary>The last of the k best at the latest sorting.</summary>
    public T Least => _least;

    public void Add(T item)
    {
        if (IsFull && bestFirst(item, _least) >= 0) return;
        _items.Add(item);
        if (_items.Count >= 2L * k) Sort();
    }

    /// <summary>What is left, best first.</summary>
    public List<T> Sort()
    {
        _items.Sort(bestFirst);
        if (_items.Count < k) return _items;
        _items.RemoveRange(k, _items.Count - k);
        _least = _items[^1];
        IsFull = true;
        return _items;
    }
}
