using System.Globalization;
using ClusterSearch.Index;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Truth;

namespace ClusterSearch.IndexBenchmarks.Measuring;

/// <summary>Searches a built index in a process of its own: cold, warm, filtered, and over the recall knob.</summary>
internal static class SearchPhase
{
    private const int Rounds = 3;
    private const int CurveQueries = 32;

    private static readonly int[] Counts = [10, BenchmarkPlan.Deepest];

    private static readonly float[] Knob = [0.5f, 1, 1.5f, 2, 2.5f, 3, 3.5f, 4];

    public static async Task<SearchReport> RunAsync(BenchmarkPlan plan)
    {
        var footage = plan.Footage();
        var queries = BenchmarkPlan.Queries(footage);
        var scopes = BenchmarkPlan.Scopes(footage);
        var truth = TruthFile.Read(plan.TruthPath);
        var trials = new List<SearchTrial>();
        ColdStart cold;
        ProcessMemory before, after;
        var idle = ProcessMemory.Now();
        var means = PageCache.Drop(plan.Directory);
        var (index, opening) = await Latency.TimeAsync(() => IndexUnderTest.OpenAsync(plan.Directory, footage, new EmbeddedIndexOptions()));
        await using (index)
        {
            var (_, first) = await Latency.TimeAsync(() => index.SearchAsync(TruthKind.Moments, queries[0].Vector, scopes[0].Filter, 10));
            cold = new ColdStart(opening, opening + first, means);
            before = ProcessMemory.Now();
            foreach (var kind in SearchTrials.Kinds)
                foreach (var count in Counts) trials.AddRange(await SearchTrials.RunAsync(index, "default", scopes, 0, kind, queries, count, Rounds));
            after = ProcessMemory.Now();
            await Console.Error.WriteLineAsync($"everything: {after}");
            for (var scope = 1; scope < scopes.Count; scope++)
                foreach (var kind in SearchTrials.Kinds) trials.AddRange(await SearchTrials.RunAsync(index, "default", scopes, scope, kind, queries, BenchmarkPlan.Deepest, 1));
        }
        foreach (var knob in Knob)
        {
            await using var set = await IndexUnderTest.OpenAsync(plan.Directory, footage, new EmbeddedIndexOptions { Deviations = knob, ShotDeviations = knob });
            var setting = knob.ToString(CultureInfo.InvariantCulture);
            foreach (var kind in SearchTrials.Kinds)
                foreach (var count in Counts) trials.AddRange(await SearchTrials.RunAsync(set, setting, scopes, 0, kind, [.. queries.Take(CurveQueries)], count, 1));
        }
        return new SearchReport(cold, idle, before, after, SearchFigures.Of(footage, queries, scopes, truth, trials));
    }
}

/// <summary>Milliseconds from a program that has loaded to an open index and to its first answer, with nothing in the page cache.</summary>
internal sealed record ColdStart(double OpenMs, double FirstAnswerMs, string CacheDroppedBy);

/// <param name="MemoryIdle">Of the measuring program itself: truth and queries.</param>
/// <param name="MemoryAtFirst">After the first answer.</param>
/// <param name="Memory">After all searches of everything.</param>
internal sealed record SearchReport(
    ColdStart Cold, ProcessMemory MemoryIdle, ProcessMemory MemoryAtFirst, ProcessMemory Memory, IReadOnlyList<SearchFigures> Figures);
