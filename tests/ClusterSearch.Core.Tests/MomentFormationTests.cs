using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;
using ClusterSearch.Core.Smoothing;

namespace ClusterSearch.Core.Tests;

public class MomentFormationTests
{
    [Fact]
    public void A_flat_shot_is_one_moment_as_a_whole()
    {
        var moment = Assert.Single(Form(Enumerable.Repeat(0.4f, 50).ToArray(), firstNumber: 100));
        Assert.Equal(new SampleRange(100, 150), moment.Samples);
        Assert.Equal(0.4f, moment.Score, 6);
        Assert.Equal(100, moment.KeySample);
    }

    [Fact]
    public void A_slow_change_over_one_motif_is_one_moment()
    {
        // The curve of "a flower" over a slow camera move, starter model: .08 to .19.
        float[] scores = [0.08f, 0.10f, 0.13f, 0.16f, 0.15f, 0.15f, 0.17f, 0.19f];
        var moment = Assert.Single(Form(HaloSmoothing.Scores(scores)));
        Assert.Equal(new SampleRange(0, 8), moment.Samples);
    }

    [Fact]
    public void A_moment_scores_the_best_mean_over_a_window_of_three_seconds()
    {
        // Windows of 3: .3, .4, .5, .4; the best is 2, 3, 4.
        var moment = Assert.Single(Form([0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.1f], new MomentOptions { MinimumContrast = 2 }));
        Assert.Equal(0.5f, moment.Score, 6);
        Assert.Equal(4, moment.KeySample);
        // Shorter than the window: its whole mean.
        Assert.Equal(0.4f, Assert.Single(Form([0.3f, 0.5f])).Score, 6);
        Assert.Equal(0.3f, Assert.Single(Form([0.3f])).Score, 6);
        Assert.Empty(Form([]));
    }

    [Theory]
    [InlineData(1, 3, 3)]
    [InlineData(5, 3, 15)]
    [InlineData(0.5, 3, 2)] // 1.5 samples, rounded away from zero
    [InlineData(0.1, 3, 1)]
    [InlineData(2, 0.1, 1)]
    public void The_window_is_the_nearest_number_of_samples_and_at_least_one(double rate, double windowSeconds, int samples)
    {
        var random = new Random(7);
        var scores = Enumerable.Range(0, 40).Select(_ => random.NextSingle()).ToArray();
        var numbers = Numbers(0, scores.Length);
        var best = Enumerable.Range(0, scores.Length - samples + 1).Max(i => scores.Skip(i).Take(samples).Average());
        var moment = Assert.Single(MomentFormation.InShot(numbers, numbers.Select(n => n / rate).ToArray(), 1 / rate, scores,
            new MomentOptions { WindowSeconds = windowSeconds, MinimumContrast = 2 }, 10));
        Assert.Equal(best, moment.Score, 1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Five_seconds_in_ten_hours_of_noise_come_first_with_their_extent(int seed)
    {
        var raw = Noise(seed, 36_000, level: 0.05, deviation: 0.05);
        for (var i = 20_000; i < 20_005; i++) raw[i] += 0.55f;
        var moments = Form(HaloSmoothing.Scores(raw));
        Assert.InRange(moments[0].Samples.First, 19_999, 20_001);
        Assert.InRange(moments[0].Samples.End, 20_004, 20_006);
        Assert.InRange(moments[0].KeySample, 20_000, 20_004);
        // What is left of the shot is flat: one moment on either side, far below.
        Assert.Equal(3, moments.Count);
        Assert.All(moments.Skip(1), rest => Assert.True(rest.Score < 0.2 && rest.Samples.Count > 15_000, $"seed {seed}: {rest}"));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Noise_alone_is_one_moment(int seed)
    {
        foreach (var count in new[] { 200, 2_000, 36_000 })
            foreach (var deviation in new[] { 0.03, 0.1 })
            {
                var smoothed = HaloSmoothing.Scores(Noise(seed, count, 0, deviation));
                Assert.True(Form(smoothed).Count == 1, $"seed {seed}, {count} samples, deviation {deviation}");
            }
    }

    [Fact]
    public void Three_rises_of_different_heights_give_three_moments_and_weaker_ones_between()
    {
        var raw = Noise(21, 600, 0.02, 0.02);
        Raise(raw, 100, 108, 0.3f);
        Raise(raw, 300, 310, 0.6f);
        Raise(raw, 450, 480, 0.45f);
        var moments = Form(HaloSmoothing.Scores(raw));
        Near([(300, 310), (450, 480), (100, 108)], moments.Take(3));
        Assert.All(moments.Skip(3), rest => Assert.True(rest.Score < 0.1, rest.ToString()));
        Assert.Equal(4, moments.Count - 3);
    }

    [Fact]
    public void A_short_shot_with_three_cars_gives_three_moments()
    {
        // "a car" over a car park at one sample a second, starter model; by eye: [4, 8.2), [14.5, 18.5), [25, 27.6).
        float[] scores =
        [
            0.04f, 0.01f, 0.02f, 0.02f, 0.04f, 0.50f, 0.11f, 0.13f, 0.19f, -0.01f, -0.01f, 0.01f, 0f, 0.04f, 0.03f, 0.08f,
            0.25f, 0.59f, 0.63f, -0.01f, 0f, -0.02f, -0.02f, -0.02f, -0.04f, -0.01f, 0.45f, 0.16f, -0.01f, -0.03f, -0.06f,
        ];
        Near([(15, 19), (4, 8), (25, 28)], Form(HaloSmoothing.Scores(scores)).Take(3));
    }

    [Fact]
    public void A_rise_on_a_plateau_is_found_and_the_plateau_too()
    {
        var raw = Noise(31, 2_000, 0, 0.01);
        Raise(raw, 500, 1_100, 0.3f);
        Raise(raw, 800, 806, 0.4f);
        var moments = Form(HaloSmoothing.Scores(raw), new MomentOptions { RelativeContrast = 0.3 });
        Near([(800, 806)], moments.Take(1));
        // The plateau's two sides, each ending where the level falls.
        Assert.Contains(moments, moment => Math.Abs(moment.Samples.First - 500) <= 1 && moment.Samples.End is > 790 and <= 800);
        Assert.Contains(moments, moment => moment.Samples.First is >= 806 and < 815 && Math.Abs(moment.Samples.End - 1_100) <= 1);
    }

    [Fact]
    public void A_rise_at_an_end_of_the_shot_reaches_to_the_end()
    {
        var raw = new float[60];
        Raise(raw, 0, 6, 0.5f);
        Raise(raw, 50, 60, 0.6f);
        Near([(50, 60), (0, 6)], Form(HaloSmoothing.Scores(raw)).Take(2));
    }

    [Fact]
    public void A_long_noisy_rise_is_not_broken_up()
    {
        var raw = Noise(41, 5_000, 0, 0.03);
        Raise(raw, 1_000, 1_600, 0.5f);
        Near([(1_000, 1_600)], Form(HaloSmoothing.Scores(raw)).Take(1));
    }

    [Fact]
    public void Unrelated_footage_scores_count_as_nothing_once_the_background_is_known()
    {
        // CLIP-like: .20 for anything, .30 for the motif. Relative to 0 that is flat, relative to .2 it is a rise.
        var raw = Noise(51, 300, 0.20, 0.004);
        Raise(raw, 100, 110, 0.10f);
        Assert.Single(Form(HaloSmoothing.Scores(raw)));
        Near([(100, 110)], Form(HaloSmoothing.Scores(raw), new MomentOptions { Background = 0.2 }).Take(1));
    }

    [Fact]
    public void Moments_never_overlap_are_never_empty_lie_in_the_shot_and_come_best_first()
    {
        Seeds.Each(300, seed =>
        {
            var random = new Random(seed);
            var count = random.Next(1, 400);
            var raw = Noise(seed, count, random.NextDouble() * 0.3, random.NextDouble() * 0.1);
            for (var i = random.Next(8); i > 0; i--)
            {
                var first = random.Next(count);
                Raise(raw, first, Math.Min(count, first + random.Next(1, 40)), random.NextSingle());
            }
            // A coarse grid of values makes ties.
            if (seed % 3 == 0) raw = Array.ConvertAll(raw, x => MathF.Round(x * 5) / 5);
            var scores = seed % 2 == 0 ? HaloSmoothing.Scores(raw) : raw;
            var options = new MomentOptions { MinimumContrast = seed % 5 * 0.02, RelativeContrast = seed % 4 * 0.2, NoiseMargin = seed % 2 };
            var moments = Form(scores, options, firstNumber: 1_000);

            var shot = new SampleRange(1_000, 1_000 + count);
            Assert.NotEmpty(moments);
            var taken = new HashSet<long>();
            for (var i = 0; i < moments.Count; i++)
            {
                var (samples, score, key) = moments[i];
                Assert.True(samples.Count > 0 && samples.First >= shot.First && samples.End <= shot.End, $"seed {seed}: {samples}");
                for (var n = samples.First; n < samples.End; n++) Assert.True(taken.Add(n), $"seed {seed}: {n} twice");
                Assert.True(i == 0 || score < moments[i - 1].Score || (score == moments[i - 1].Score && samples.First > moments[i - 1].Samples.First), $"seed {seed}: order at {i}");

                // The score and the key sample, by brute force.
                var inside = scores[(int)(samples.First - 1_000)..(int)(samples.End - 1_000)];
                var window = Math.Min(3, inside.Length);
                var best = Enumerable.Range(0, inside.Length - window + 1).Max(at => inside.Skip(at).Take(window).Average(x => (double)x));
                Assert.Equal(best, score, 1e-5);
                Assert.Equal(samples.First + Array.IndexOf(inside, inside.Max()), key);
            }
            // The best window of all is in the first moment.
            var width = Math.Min(3, count);
            Assert.Equal(Enumerable.Range(0, count - width + 1).Max(at => scores.Skip(at).Take(width).Average(x => (double)x)), moments[0].Score, 1e-5);
            // Fewer asked for are the first of all; asking again gives the same.
            for (var most = 1; most <= moments.Count; most++)
                Assert.Equal(moments.Take(most), Form(scores, options, 1_000, most));
        });
    }

    [Fact]
    public void Many_rises_in_a_long_shot_take_no_quadratic_time()
    {
        var raw = Noise(61, 36_000, 0, 0.01);
        for (var i = 0; i + 20 < raw.Length; i += 20) Raise(raw, i, i + 6, 0.5f);
        var smoothed = HaloSmoothing.Scores(raw);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var moments = Form(smoothed);
        // 1,800 rises; about 20 ms here, and a quadratic walk over the shot would take many seconds.
        Assert.InRange(moments.Count(moment => moment.Score > 0.3), 1_799, 1_801);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 2);
    }

    [Fact]
    public void What_cannot_be_a_shot_is_refused()
    {
        Assert.Throws<ArgumentException>(() => MomentFormation.InShot([1, 3], [1, 3], 1, [0, 0], MomentOptions.Default, 1));
        Assert.Throws<ArgumentException>(() => MomentFormation.InShot([1, 2], [1], 1, [0, 0], MomentOptions.Default, 1));
        Assert.Throws<ArgumentException>(() => MomentFormation.InShot([1, 2], [1, 2], 1, [0, float.NaN], MomentOptions.Default, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => MomentFormation.InShot([1], [1], 1, [0], MomentOptions.Default, 0));
        var fault = Assert.Throws<ArgumentException>(() => new MomentOptions { WindowSeconds = 0, RelativeContrast = 2 }.Validate());
        Assert.Contains("WindowSeconds", fault.Message);
        Assert.Contains("RelativeContrast", fault.Message);
    }

    [Fact]
    public void The_tree_agrees_with_a_scan()
    {
        Seeds.Each(40, seed =>
        {
            var random = new Random(seed);
            var values = Enumerable.Range(0, random.Next(1, 70)).Select(_ => (float)random.Next(6)).ToArray();
            var tree = new ExtremumTree(values);
            for (var i = 0; i < 100; i++)
            {
                var first = random.Next(values.Length);
                var end = random.Next(first + 1, values.Length + 1);
                Assert.Equal(Array.IndexOf(values, values[first..end].Max(), first), tree.IndexOfMaximum(first, end));
                float level = random.Next(7);
                Assert.Equal(Array.FindIndex(values, first, x => x >= level), tree.NextAtLeast(first, level));
                Assert.Equal(Array.FindLastIndex(values, first, x => x >= level), tree.PreviousAtLeast(first, level));
            }
        });
    }

    private static IReadOnlyList<MomentCandidate> Form(
        float[] scores, MomentOptions? options = null, long firstNumber = 0, int maximumMoments = int.MaxValue)
    {
        var numbers = Numbers(firstNumber, scores.Length);
        return MomentFormation.InShot(numbers, numbers.Select(n => (double)n).ToArray(), 1, scores, options ?? MomentOptions.Default, maximumMoments);
    }

    private static long[] Numbers(long first, int count) => Enumerable.Range(0, count).Select(i => first + i).ToArray();

    private static void Near((long First, long End)[] expected, IEnumerable<MomentCandidate> moments) =>
        Assert.All(expected.Zip(moments.ToArray().Length >= expected.Length ? moments : throw new InvalidOperationException("too few moments")), pair =>
        {
            Assert.InRange(pair.Second.Samples.First, pair.First.First - 1, pair.First.First + 1);
            Assert.InRange(pair.Second.Samples.End, pair.First.End - 1, pair.First.End + 1);
        });

    private static void Raise(float[] scores, int first, int end, float amount)
    {
        for (var i = first; i < end; i++) scores[i] += amount;
    }

    private static float[] Noise(int seed, int count, double level, double deviation)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => (float)(level + deviation
            * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))).ToArray();
    }
}
