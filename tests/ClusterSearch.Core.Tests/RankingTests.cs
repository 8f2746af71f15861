using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Ranking;

namespace ClusterSearch.Core.Tests;

public class RankingTests
{
    [Fact]
    public void Relevance_is_the_models_sigmoid_and_null_without_one()
    {
        // Starter: 19.0729 * .404 - 7.705 = .00045; at .7: 5.646, 1 / (1 + e^-5.646) = .99648.
        Assert.Equal(0.5, Relevance.Of(0.404f, 19.0729, -7.705)!.Value, 3);
        Assert.Equal(0.99648, Relevance.Of(0.7f, 19.0729, -7.705)!.Value, 5);
        Assert.Equal(0, Relevance.Of(-1f, 1e6, 0)!.Value);
        Assert.Equal(1, Relevance.Of(1f, 1e6, 0)!.Value);
        Assert.Null(Relevance.Of(0.7f, 100, null));
        Assert.Null(Relevance.Of(0.7f, null, -1));
    }

    [Theory]
    [InlineData(0.5, Verdict.Ok)]
    [InlineData(0.4999, Verdict.Weak)]
    [InlineData(0.01, Verdict.Weak)]
    [InlineData(0.0099, Verdict.Nothing)]
    public void With_a_relevance_the_verdict_goes_by_it_alone(double relevance, Verdict verdict) =>
        Assert.Equal(verdict, VerdictRule.Decide(0.3f, relevance, new ScoreBackground(0, 1e-6, 100)));

    [Fact]
    public void Without_a_relevance_the_best_must_stand_out_of_the_background()
    {
        // sqrt(2 ln 1000) = 3.717; median .2, deviation .01: weak from .23717, ok from .25717.
        var background = new ScoreBackground(0.2, 0.01, 1000);
        Assert.Equal(3.717, background.ExpectedHighest, 3);
        Assert.Equal(Verdict.Nothing, VerdictRule.Decide(0.237f, null, background));
        Assert.Equal(Verdict.Weak, VerdictRule.Decide(0.238f, null, background));
        Assert.Equal(Verdict.Weak, VerdictRule.Decide(0.257f, null, background));
        Assert.Equal(Verdict.Ok, VerdictRule.Decide(0.258f, null, background));
        Assert.Equal(Verdict.Weak, VerdictRule.Decide(0.258f, null));
        Assert.Equal(Verdict.Nothing, VerdictRule.Decide(null, null, background));
        Assert.Equal(Verdict.Nothing, VerdictRule.Decide(null, 0.9));
    }

    [Fact]
    public void A_background_is_median_and_deviation_unmoved_by_a_few_matches()
    {
        // 0 … 20: median 10, distances 0, 1, 1, … 10, 10 with median 5.
        var scores = Enumerable.Range(0, 21).Select(i => (float)i).ToArray();
        Assert.Equal(new ScoreBackground(10, 1.4826 * 5, 21), ScoreBackground.From(scores));
        scores[20] = 1e6f;
        Assert.Equal(new ScoreBackground(10, 1.4826 * 5, 21), ScoreBackground.From(scores));
        Assert.Null(ScoreBackground.From(scores.AsSpan(0, 19)));
        Assert.Null(ScoreBackground.From(new float[100]));
    }

    [Fact]
    public void Moments_are_ordered_by_score_then_video_then_start()
    {
        var a = VideoId.Parse(new string('a', 32));
        var b = VideoId.Parse(new string('b', 32));
        RankKey[] ordered = [new(0.9f, b, 5), new(0.8f, a, 1), new(0.8f, a, 2), new(0.8f, b, 0), new(-1, a, 0), new(float.NaN, a, 0)];
        Seeds.Each(20, seed =>
        {
            var shuffled = (RankKey[])ordered.Clone();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(ordered, shuffled.Order());
        });
    }

    [Fact]
    public void Near_identical_moments_fold_under_the_best_of_them()
    {
        // Angles in degrees; cos 18 = .951, cos 19 = .946. 17 joins 0; 34 is far from 0 and begins a group although near 17;
        // 20 is nearer to 34 than to 0 but 14 degrees from it; 18 joins 0, the first group that takes it, not 34.
        var groups = Folding.Group(new[] { 0, 17, 34, 20, 18, 90 }.Select(At).ToArray(), 0.95f);
        Assert.Equal([[0, 1, 4], [2, 3], [5]], groups);
        Assert.Empty(Folding.Group([]));
    }

    [Fact]
    public void Folding_puts_every_moment_into_one_group_near_its_best()
    {
        Seeds.Each(30, seed =>
        {
            var random = new Random(seed);
            var vectors = Enumerable.Range(0, 60).Select(_ => At(random.Next(360))).ToArray();
            var groups = Folding.Group(vectors);
            Assert.Equal(Enumerable.Range(0, 60), groups.SelectMany(group => group).Order());
            Assert.Equal(groups.Select(group => group[0]).Order(), groups.Select(group => group[0]));
            foreach (var group in groups)
                foreach (var member in group)
                    Assert.True(Dot(vectors[group[0]], vectors[member]) >= 0.95 - 1e-6, $"seed {seed}");
            for (var i = 0; i < groups.Count; i++)
                for (var j = 0; j < i; j++)
                    Assert.True(Dot(vectors[groups[i][0]], vectors[groups[j][0]]) < 0.95 + 1e-6, $"seed {seed}");
        });
    }

    private static float[] At(int degrees) => [(float)Math.Cos(degrees * Math.PI / 180), (float)Math.Sin(degrees * Math.PI / 180)];

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
