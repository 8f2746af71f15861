namespace ClusterSearch.Core.Moments;

/// <summary>A segment tree over fixed values: the greatest in a range, and the nearest that reaches a level, in O(log n).</summary>
internal sealed class ExtremumTree
{
    private readonly float[] _values;
    private readonly int _leaves;

    // Heap order from 1; each node is the index of the greatest value below it, the lowest index of equals, -1 for none.
    private readonly int[] _greatest;

    public ExtremumTree(float[] values)
    {
        _values = values;
        _leaves = 1;
        while (_leaves < values.Length) _leaves *= 2;
        _greatest = new int[2 * _leaves];
        for (var i = 0; i < _leaves; i++) _greatest[_leaves + i] = i < values.Length ? i : -1;
        for (var node = _leaves - 1; node > 0; node--) _greatest[node] = Greater(_greatest[2 * node], _greatest[2 * node + 1]);
    }

    /// <summary>Index of the greatest value in [first, end), the lowest of equals; the range is not empty.</summary>
    public int IndexOfMaximum(int first, int end)
    {
        var best = -1;
        for (int low = first + _leaves, high = end + _leaves; low < high; low /= 2, high /= 2)
        {
            if (low % 2 == 1) best = Greater(best, _greatest[low++]);
            if (high % 2 == 1) best = Greater(best, _greatest[--high]);
        }
        return best;
    }

    /// <summary>The first index at or after one whose value is at least a level; -1 when there is none.</summary>
    public int NextAtLeast(int from, float level)
    {
        if (from >= _values.Length) return -1;
        var node = from + _leaves;
        while (!Reaches(node, level))
        {
            // Up while this is a right child, then over to the right sibling.
            while (node % 2 == 1) node /= 2;
            if (node == 0) return -1;
            node++;
        }
        while (node < _leaves) node = Reaches(2 * node, level) ? 2 * node : 2 * node + 1;
        return node - _leaves;
    }

    /// <summary>The last index at or before one whose value is at least a level; -1 when there is none.</summary>
    public int PreviousAtLeast(int from, float level)
    {
        if (from < 0) return -1;
        var node = from + _leaves;
        while (!Reaches(node, level))
        {
            while (node % 2 == 0) node /= 2;
            if (node == 1) return -1;
            node--;
        }
        while (node < _leaves) node = Reaches(2 * node + 1, level) ? 2 * node + 1 : 2 * node;
        return node - _leaves;
    }

    private bool Reaches(int node, float level) => _greatest[node] >= 0 && _values[_greatest[node]] >= level;

    private int Greater(int left, int right)
    {
        if (left < 0) return right;
        if (right < 0) return left;
        if (_values[left] != _values[right]) return _values[left] > _values[right] ? left : right;
        return Math.Min(left, right);
    }
}
