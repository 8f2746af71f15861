using ClusterSearch.IndexBenchmarks.Truth;

namespace ClusterSearch.IndexBenchmarks.Peers;

/// <summary>Scores what was found by the exported rows themselves, in double, and holds it against the exported truth.</summary>
internal sealed class PeerJudge : IDisposable
{
    private readonly ExportedRows _rows;
    private readonly ExportedRows _queries;
    private readonly Scored[][] _truth;
    private readonly int _top;

    public PeerJudge(string directory, int top)
    {
        _top = top;
        _rows = new ExportedRows(Path.Combine(directory, "base.fbin"));
        _queries = new ExportedRows(Path.Combine(directory, "queries.fbin"));
        using var nearest = new ExportedRows(Path.Combine(directory, "nearest.ibin"));
        _truth = new Scored[QueryCount][];
        for (var query = 0; query < QueryCount; query++)
        {
            var vector = _queries.Row<float>(query);
            _truth[query] = [.. nearest.Row<uint>(query).Take(top).Select(row => ScoreOf(vector, row))];
        }
    }

    public long RowCount => _rows.Count;

    public int Dimension => _rows.Columns;

    public int QueryCount => (int)_queries.Count;

    /// <summary>The mean over the queries that were asked, the first ones.</summary>
    public Recall RecallOf(IReadOnlyList<IReadOnlyList<long>> found)
    {
        double tolerant = 0, strict = 0;
        for (var query = 0; query < found.Count; query++)
        {
            var vector = _queries.Row<float>(query);
            // An index that finds too few says so by a negative number.
            var recall = Recall.At(_truth[query], [.. found[query].Where(row => row >= 0).Select(row => ScoreOf(vector, row))], _top);
            (tolerant, strict) = (tolerant + recall.Tolerant, strict + recall.Strict);
        }
        return new Recall(tolerant / found.Count, strict / found.Count);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _queries.Dispose();
    }

    private Scored ScoreOf(float[] query, long row)
    {
        double sum = 0;
        var vector = _rows.Row<float>(row);
        for (var i = 0; i < query.Length; i++) sum += (double)query[i] * vector[i];
        return new Scored((float)sum, 0, row, row + 1);
    }
}
