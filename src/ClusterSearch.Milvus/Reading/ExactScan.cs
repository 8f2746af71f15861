using System.Numerics.Tensors;
using ClusterSearch.Milvus.Collections;

namespace ClusterSearch.Milvus.Reading;

/// <summary>Scores every row that passes, without an index and without a limit: for searches that must miss nothing, and to measure approximate ones against.</summary>
internal sealed class ExactScan(CollectionReader reader)
{
    private const int PageRows = 2048;

    /// <param name="collection">Which.</param>
    /// <param name="expression">Rows that pass.</param>
    /// <param name="columns">What the hits are made of, the vectors' column not among them.</param>
    /// <param name="vectorColumn">The vectors'.</param>
    /// <param name="queries">Of the length of the vectors.</param>
    /// <param name="toHits">Hits of a page, given each row's score for one query.</param>
    /// <param name="compare">The order of hits.</param>
    /// <param name="k">Wanted.</param>
    /// <param name="time">What is waited for.</param>
    /// <param name="shards">Partitions; empty: all.</param>
    /// <param name="cancellation">Between pages.</param>
    public async Task<IReadOnlyList<IReadOnlyList<T>>> FindAsync<T>(
        string collection, string expression, IReadOnlyList<string> columns, string vectorColumn, IReadOnlyList<float[]> queries,
        Func<FoundRows, int, IEnumerable<ScoredHit<T>>> toHits, Comparison<T> compare, int k, ReadTime time, IReadOnlyList<string> shards, CancellationToken cancellation)
    {
        var best = queries.Select(_ => new List<T>()).ToArray();
        await foreach (var page in reader.PagesAsync(collection, expression, [.. columns, vectorColumn], time, PageRows, cancellation, shards))
        {
            var vectors = page.Vectors(vectorColumn);
            for (var query = 0; query < best.Length; query++)
            {
                var scores = new float[page.Count];
                var length = queries[query].Length;
                for (var i = 0; i < scores.Length; i++) scores[i] = TensorPrimitives.Dot(queries[query], vectors.AsSpan(i * length, length));
                best[query].AddRange(toHits(new FoundRows(page, 0, page.Count, scores), query).Where(hit => hit.Passes).Select(hit => hit.Hit));
                Cut(best[query], compare, k, slack: 65536);
            }
        }
        foreach (var hits in best) Cut(hits, compare, k, slack: 0);
        return best;
    }

    private static void Cut<T>(List<T> hits, Comparison<T> compare, int k, int slack)
    {
        if (hits.Count <= (long)k + slack && slack > 0) return;
        hits.Sort(compare);
        if (hits.Count > k) hits.RemoveRange(k, hits.Count - k);
    }
}
