namespace ClusterSearch.Embedding.Tokenization;

/// <summary>Pieces in ordinal order: those that begin a text are found by narrowing the range letter by letter.</summary>
internal sealed class PieceIndex
{
    private readonly string[] _sorted;
    private readonly int[] _ids;

    /// <param name="pieces">By id; where one stands twice, the later id holds.</param>
    public PieceIndex(IReadOnlyList<string> pieces)
    {
        var last = new Dictionary<string, int>(pieces.Count);
        for (var id = 0; id < pieces.Count; id++) last[pieces[id]] = id;
        _sorted = [.. last.Keys];
        _ids = [.. last.Values];
        Array.Sort(_sorted, _ids, StringComparer.Ordinal);
    }

    /// <summary>The pieces that stand in the text from this place on, shortest first: where each ends, and its id.</summary>
    public IEnumerable<(int End, int Id)> BeginningAt(string text, int start)
    {
        var (low, high) = (0, _sorted.Length);
        // The empty piece sorts first and matches nothing.
        if (high > 0 && _sorted[0].Length == 0) low = 1;
        for (var depth = 0; start + depth < text.Length; depth++)
        {
            var letter = text[start + depth];
            low = FirstAtLeast(low, high, depth, letter);
            high = FirstAtLeast(low, high, depth, letter + 1);
            if (low == high) yield break;
            if (_sorted[low].Length != depth + 1) continue;
            yield return (start + depth + 1, _ids[low]);
            low++;
        }
    }

    public int? Find(ReadOnlySpan<char> piece)
    {
        var (low, high) = (0, _sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var order = _sorted[middle].AsSpan().SequenceCompareTo(piece);
            if (order == 0) return _ids[middle];
            if (order < 0) low = middle + 1;
            else high = middle;
        }

        return null;
    }

    /// <summary>All pieces of the range share their first letters and are longer than them.</summary>
    private int FirstAtLeast(int low, int high, int depth, int letter)
    {
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sorted[middle][depth] < letter) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
