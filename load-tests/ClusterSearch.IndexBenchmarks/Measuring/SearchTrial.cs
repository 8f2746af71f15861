using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Truth;

namespace ClusterSearch.IndexBenchmarks.Measuring;

/// <summary>One search of one query: what it found and what it took.</summary>
internal sealed record SearchTrial(string Setting, int Scope, TruthKind Kind, int Count, MadeQuery Query, IReadOnlyList<Scored> Found, double Milliseconds);

/// <summary>Asks queries one at a time.</summary>
internal static class SearchTrials
{
    /// <summary>The kinds that the port answers.</summary>
    public static readonly TruthKind[] Kinds = [TruthKind.UnitsByBound, TruthKind.Samples, TruthKind.Moments];

    /// <param name="index">What is asked.</param>
    /// <param name="setting">Names these searches.</param>
    /// <param name="scopes">All of the truth.</param>
    /// <param name="scope">Which one.</param>
    /// <param name="queries">Each is asked as often.</param>
    /// <param name="count">Hits wanted.</param>
    /// <param name="rounds">After one that warms.</param>
    public static async Task<IReadOnlyList<SearchTrial>> RunAsync(
        IndexUnderTest index, string setting, IReadOnlyList<Scope> scopes, int scope, TruthKind kind, IReadOnlyList<MadeQuery> queries, int count, int rounds)
    {
        var trials = new List<SearchTrial>();
        for (var round = -1; round < rounds; round++)
        {
            foreach (var query in queries)
            {
                var (found, milliseconds) = await Latency.TimeAsync(() => index.SearchAsync(kind, query.Vector, scopes[scope].Filter, count));
                if (round >= 0) trials.Add(new SearchTrial(setting, scope, kind, count, query, found, milliseconds));
            }
        }
        return trials;
    }
}
