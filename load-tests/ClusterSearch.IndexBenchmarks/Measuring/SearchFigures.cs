using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Truth;

namespace ClusterSearch.IndexBenchmarks.Measuring;

/// <summary>Latency and recall of one kind of search in one setting and scope.</summary>
/// <param name="Setting">Of the recall knob.</param>
/// <param name="Count">Hits wanted, the k of the recall.</param>
/// <param name="ByDifficulty">The same for each kind of query.</param>
internal sealed record SearchFigures(
    string Setting, string Scope, double Share, TruthKind Kind, int Count, Latency Milliseconds, RecallFigures Recall, IReadOnlyDictionary<QueryKind, DifficultyFigures> ByDifficulty)
{
    /// <summary>Holds all trials of a run against the truth, making each video that was found once.</summary>
    public static IReadOnlyList<SearchFigures> Of(
        MadeFootage footage, IReadOnlyList<MadeQuery> queries, IReadOnlyList<Scope> scopes, TruthFile truth, IReadOnlyList<SearchTrial> trials)
    {
        // A search gives the same answer in each round: one of them is judged, all are timed.
        var groups = trials.GroupBy(trial => (trial.Setting, trial.Scope, trial.Kind, trial.Count)).ToList();
        var judged = groups.SelectMany(group => group.GroupBy(trial => trial.Query.Number).Select(query => query.First())).ToList();
        var exact = ExactScores.Of(footage, [.. queries.Select(query => query.Vector)], scopes,
            [.. judged.Select(trial => new Found(trial.Scope, trial.Kind, trial.Query.Number, trial.Found))]);
        var recalls = judged.Zip(exact).ToDictionary(
            pair => (pair.First.Setting, pair.First.Scope, pair.First.Kind, pair.First.Count, pair.First.Query.Number),
            pair => Truth.Recall.At(truth.Best(pair.First.Scope, pair.First.Kind, pair.First.Query.Number), pair.Second, pair.First.Count));
        return [.. groups.Select(group => new SearchFigures(
            group.Key.Setting, scopes[group.Key.Scope].Name, scopes[group.Key.Scope].Share, group.Key.Kind, group.Key.Count,
            Latency.Of(group.Select(trial => trial.Milliseconds)), RecallsOf(group),
            group.GroupBy(trial => trial.Query.Kind).ToDictionary(part => part.Key, part => new DifficultyFigures(Latency.Of(part.Select(trial => trial.Milliseconds)), RecallsOf(part)))))];

        RecallFigures RecallsOf(IEnumerable<SearchTrial> part)
        {
            var all = part.Select(trial => recalls[(trial.Setting, trial.Scope, trial.Kind, trial.Count, trial.Query.Number)]).ToList();
            return new RecallFigures(all.Average(recall => recall.Tolerant), all.Min(recall => recall.Tolerant), all.Average(recall => recall.Strict));
        }
    }
}

/// <param name="Tolerant">Mean over queries; a hit counts from <see cref="Truth.Recall.Tolerance"/> below the k-th exact score.</param>
/// <param name="Worst">That of the worst query.</param>
/// <param name="Strict">Mean over queries; a hit counts if it is one of the k best.</param>
internal sealed record RecallFigures(double Tolerant, double Worst, double Strict);

internal sealed record DifficultyFigures(Latency Milliseconds, RecallFigures Recall);
