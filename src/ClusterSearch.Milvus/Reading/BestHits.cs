namespace ClusterSearch.Milvus.Reading;

/// <summary>
/// The k best hits in an order that Milvus does not know: by score, then by video and sample. It answers equal scores in any
/// order, so a few more are asked for, until the last one scores below the k-th: then all that tie with it are there. Hits that
/// the caller refuses are made up for in the same way. Beyond the most that one search may return the next page begins at the
/// last score.
/// </summary>
/// <typeparam name="T">A hit.</typeparam>
/// <param name="fetchAsync">Hits by score, at most so many, that score at most so much (null: the best).</param>
/// <param name="compare">The order.</param>
internal sealed class BestHits<T>(Func<int, float?, CancellationToken, Task<IReadOnlyList<ScoredHit<T>>>> fetchAsync, Comparison<T> compare)
{
    /// <summary>Asked for beyond k.</summary>
    private const int Slack = 16;
    private const int Growth = 4;

    /// <summary>Of the first search for k hits.</summary>
    public static int FirstLimit(int k) => (int)Math.Min((long)k + Slack, CollectionReader.MostRows);

    /// <param name="k">Wanted.</param>
    /// <param name="hits">Of a first search with <see cref="FirstLimit"/>.</param>
    /// <param name="cancellation">Between searches.</param>
    public async Task<IReadOnlyList<T>> FindAsync(int k, IReadOnlyList<ScoredHit<T>> hits, CancellationToken cancellation)
    {
        var limit = FirstLimit(k);
        var found = Distinct(hits);
        var isLast = hits.Count < limit;
        while (!isLast && !IsDecided(found, k))
        {
            var before = found.Count;
            if (limit < CollectionReader.MostRows)
            {
                limit = Math.Min(limit * Growth, CollectionReader.MostRows);
                hits = await fetchAsync(limit, null, cancellation);
                found = Distinct(hits);
            }
            else
            {
                hits = await fetchAsync(limit, found.Values.Min(hit => hit.Score), cancellation);
                foreach (var hit in hits) found[hit.Key] = hit;
                // More rows with one score than a search returns: no page would ever get past them.
                if (found.Count == before) break;
            }
            isLast = hits.Count < limit;
        }
        var best = Passing(found);
        return best.Count <= k ? best : best.GetRange(0, k);
    }

    private bool IsDecided(Dictionary<string, ScoredHit<T>> found, int k)
    {
        var passing = found.Values.Where(hit => hit.Passes).Select(hit => hit.Score).OrderDescending().ToList();
        return passing.Count >= k && passing[k - 1] > found.Values.Min(hit => hit.Score);
    }

    private List<T> Passing(Dictionary<string, ScoredHit<T>> found)
    {
        var passing = found.Values.Where(hit => hit.Passes).Select(hit => hit.Hit).ToList();
        passing.Sort(compare);
        return passing;
    }

    private static Dictionary<string, ScoredHit<T>> Distinct(IReadOnlyList<ScoredHit<T>> hits)
    {
        var found = new Dictionary<string, ScoredHit<T>>(hits.Count, StringComparer.Ordinal);
        foreach (var hit in hits) found.TryAdd(hit.Key, hit);
        return found;
    }
}

/// <param name="Key">Of its row.</param>
/// <param name="Passes">What the filter says that Milvus could not be asked.</param>
internal readonly record struct ScoredHit<T>(string Key, T Hit, float Score, bool Passes);
