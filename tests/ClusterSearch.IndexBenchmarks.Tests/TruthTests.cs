using ClusterSearch.Archive.Searching;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Truth;

namespace ClusterSearch.IndexBenchmarks.Tests;

/// <summary>The truth of a pass against everything scored, sorted and cut in plain loops.</summary>
public sealed class TruthTests
{
    private const int Count = 30;

    private static readonly MadeFootage Footage = new(
        FootageModel.Default with { Dimension = 64, SamplesPerVideo = 400, Motifs = 64 }, 8100, 11);

    private readonly IReadOnlyList<MadeQuery> _queries = MadeQueries.Make(Footage, 10);
    private readonly IReadOnlyList<Scope> _scopes = Scope.Of(Footage);

    [Fact]
    public void The_truth_of_a_pass_is_that_of_brute_force()
    {
        var pass = new TruthPass(Footage, _queries, _scopes, Count);
        for (var first = 0; first < Footage.VideoCount; first += 3) pass.Make(first, Math.Min(Footage.VideoCount, first + 3));
        for (var scope = 0; scope < _scopes.Count; scope++)
            foreach (var query in _queries)
                foreach (var (kind, expected) in BruteForce(_scopes[scope].Filter, query.Vector))
                    AssertSame(expected, pass.Found.Best(scope, kind, query.Number), $"{_scopes[scope].Name}, {kind}, query {query.Number}");
    }

    [Fact]
    public void What_the_truth_names_scores_the_same_when_its_video_is_made_again()
    {
        var pass = new TruthPass(Footage, _queries, _scopes, Count);
        pass.Make(0, Footage.VideoCount);
        var answers = from scope in Enumerable.Range(0, _scopes.Count)
                      from kind in Enum.GetValues<TruthKind>()
                      from query in _queries
                      select new Found(scope, kind, query.Number, pass.Found.Best(scope, kind, query.Number));
        var found = answers.ToList();
        foreach (var (answer, exact) in found.Zip(ExactScores.Of(Footage, [.. _queries.Select(query => query.Vector)], _scopes, found)))
        {
            Assert.All(answer.Hits.Zip(exact), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5f));
            var recall = Recall.At(answer.Hits, exact, Count);
            Assert.Equal(new Recall(1, 1), recall);
        }
    }

    [Fact]
    public void Recall_counts_a_near_tie_and_not_a_repeated_or_a_worse_hit()
    {
        Scored[] truth = [new(0.9f, 1, 0, 1), new(0.8f, 1, 1, 2), new(0.7f, 1, 2, 3), new(0.6f, 1, 3, 4)];
        // The best, then it once more, then one that is no better than the third less .0005, then one less .002.
        Scored[] found = [new(0.9f, 1, 0, 1), new(0.9f, 1, 0, 1), new(0.6995f, 2, 5, 6)];
        Assert.Equal(new Recall(2 / 3.0, 1 / 3.0), Recall.At(truth, found, 3));
        Assert.Equal(new Recall(0, 0), Recall.At(truth, [new(0.898f, 2, 0, 1)], 1));
        Assert.Equal(new Recall(1, 1), Recall.At([], [], 10));
    }

    private static Dictionary<TruthKind, List<Scored>> BruteForce(VectorFilter filter, float[] query)
    {
        var all = Enum.GetValues<TruthKind>().ToDictionary(kind => kind, _ => new List<Scored>());
        var maker = Footage.CreateMaker();
        for (var video = 0; video < Footage.VideoCount; video++)
        {
            var (id, attributes) = (Footage.IdOf(video), MadeFootage.AttributesOf(video));
            if (!filter.Admits(id, attributes)) continue;
            var (from, to) = filter.Window(attributes);
            var units = maker.Make(video).Units();
            var shots = new SortedDictionary<long, List<float>>();
            foreach (var unit in units)
            {
                var scores = Enumerable.Range(0, unit.Count).Select(i => Dot(query, unit.Vectors.AsSpan(i * query.Length, query.Length))).ToList();
                if (!shots.TryAdd(unit.ShotFirstSample, [.. scores])) shots[unit.ShotFirstSample].AddRange(scores);
                List<int> passing = [.. Enumerable.Range(0, unit.Count).Where(i => unit.Seconds[i] >= from && unit.Seconds[i] < to)];
                if (passing.Count == 0) continue;
                all[TruthKind.Units].Add(new Scored(passing.Max(i => scores[i]), video, unit.FirstSample, unit.FirstSample + unit.Count));
                all[TruthKind.Samples].AddRange(passing.Select(i => new Scored(scores[i], video, unit.FirstSample + i, unit.FirstSample + i + 1)));
            }
            foreach (var (first, scores) in shots)
            {
                long[] numbers = [.. Enumerable.Range(0, scores.Count).Select(i => first + i)];
                var curve = new ShotCurve(id, numbers, HaloSmoothing.Scores([.. scores]), SampleClock.Uniform(Sampling.Default.Rate));
                all[TruthKind.Moments].AddRange(curve.Moments((from, to), MomentOptions.Default, int.MaxValue)
                    .Select(moment => new Scored(moment.Score, video, moment.Samples.First, moment.Samples.End)));
            }
        }
        return all.ToDictionary(kind => kind.Key, kind => kind.Value.OrderByDescending(scored => scored.Score).Take(Count).ToList());
    }

    private static void AssertSame(List<Scored> expected, IReadOnlyList<Scored> found, string where)
    {
        Assert.True(expected.Count == found.Count, $"{where}: {expected.Count} were expected, {found.Count} found");
        for (var rank = 0; rank < expected.Count; rank++)
        {
            // Sums in another order differ in the last bits, and near-ties may then change places.
            Assert.True(Math.Abs(expected[rank].Score - found[rank].Score) < 1e-5, $"{where}, rank {rank}: {expected[rank]} was expected, {found[rank]} found");
        }
        Assert.True(expected.Select(Key).Except(found.Select(Key)).Count() <= 1, $"{where}: other hits");

        static (int, long) Key(Scored scored) => (scored.Video, scored.Number);
    }

    private static float Dot(float[] query, ReadOnlySpan<float> vector)
    {
        double sum = 0;
        for (var c = 0; c < query.Length; c++) sum += (double)query[c] * vector[c];
        return (float)sum;
    }
}
