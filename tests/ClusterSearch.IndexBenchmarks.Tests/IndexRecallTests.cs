using ClusterSearch.Core.Vectors;
using ClusterSearch.Index;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Measuring;
using ClusterSearch.IndexBenchmarks.Truth;
using ClusterSearch.Testing;

namespace ClusterSearch.IndexBenchmarks.Tests;

/// <summary>
/// Approximate searches against exact ones. At least .99 of the best ten and hundred are found, over all difficulties; a hit
/// counts from .001 below the last exact score, since scores of eight bits are off by .0003 and neighbours in a shot are
/// nearer ties than that. What is asked of footage without structure is the same.
/// </summary>
public sealed class IndexRecallTests(ITestOutputHelper output)
{
    private const double Promised = 0.99;
    private const int Samples = 100_000;
    private const int QueryCount = 32;

    public static TheoryData<string> Models => ["default", "adversarial"];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task At_a_hundred_thousand_samples_the_default_finds_what_it_promises(string model)
    {
        using var directory = new TemporaryDirectory();
        var footage = new BenchmarkPlan(Samples, 5, model, directory.Path).Footage();
        var queries = MadeQueries.Make(footage, QueryCount);
        var scopes = Scope.Of(footage);
        var pass = new TruthPass(footage, queries, scopes, BenchmarkPlan.TruthCount);
        // A narrow filter is searched exactly, and so would be an archive of this size.
        await using var index = await IndexUnderTest.OpenAsync(directory.Path, footage, new EmbeddedIndexOptions { ExactPieces = 1000 });
        for (var first = 0; first < footage.VideoCount; first += 8)
            await index.Store.ReplaceAsync(index.Encoding.Id, pass.Make(first, Math.Min(footage.VideoCount, first + 8)), CancellationToken.None);

        var trials = new List<SearchTrial>();
        foreach (var kind in SearchTrials.Kinds)
            foreach (var count in (int[])[10, 100]) trials.AddRange(await SearchTrials.RunAsync(index, "default", scopes, 0, kind, queries, count, 1));
        var path = directory.File("truth");
        TruthFile.Write(path, pass.Found, scopes.Count, queries.Count);
        foreach (var figures in SearchFigures.Of(footage, queries, scopes, TruthFile.Read(path), trials))
        {
            output.WriteLine($"{figures.Kind}@{figures.Count}: {figures.Recall}");
            Assert.True(figures.Recall.Tolerant >= Promised, $"seed 5, {figures.Kind}@{figures.Count}: {figures.Recall}");
        }
    }

    /// <summary>Smoothing lifts a second above its own samples where what comes just before or behind it matches better.</summary>
    [Fact]
    public async Task Moments_of_a_narrow_window_are_found_by_what_lies_around_it()
    {
        const int wanted = 50;
        using var directory = new TemporaryDirectory();
        var footage = new MadeFootage(FootageModel.Default with { Dimension = 64, SamplesPerVideo = 40, Motifs = 64 }, 80_000, 7);
        var queries = MadeQueries.Make(footage, QueryCount);
        IReadOnlyList<Scope> scopes = [new Scope("a second", 0.025, false, new VectorFilter { SecondsAfter = 20, SecondsBefore = 21 })];
        var pass = new TruthPass(footage, queries, scopes, BenchmarkPlan.TruthCount);
        await using var index = await IndexUnderTest.OpenAsync(directory.Path, footage, new EmbeddedIndexOptions { Exact = true });
        await index.Store.ReplaceAsync(index.Encoding.Id, pass.Make(0, footage.VideoCount), CancellationToken.None);
        foreach (var query in queries)
        {
            var truth = pass.Found.Best(0, TruthKind.Moments, query.Number);
            var found = await index.SearchAsync(TruthKind.Moments, query.Vector, scopes[0].Filter, wanted);
            Assert.Equal(wanted, found.Count);
            // Scores of the index are off by the rounding to bytes: what is clearly among the best is found.
            var missed = truth.Take(wanted).Where(moment => moment.Score > found[^1].Score + 0.003f).Select(moment => (moment.Video, moment.Number))
                .Except(found.Select(moment => (moment.Video, moment.Number)));
            Assert.Empty(missed);
        }
    }
}
