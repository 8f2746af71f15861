using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Tests;

public class SampleGridTests
{
    [Fact]
    public void A_uniform_grid_has_a_sample_for_every_instant_before_the_end()
    {
        // 5.28 s at one a second: 0, 1, 2, 3, 4, 5.
        Assert.Equal(6, Grid(durationTicks: 67584, rate: "1").Count);
        // Exactly 5 s: the instant 5 is the end and not before it.
        Assert.Equal(5, Grid(durationTicks: 64000, rate: "1").Count);
        Assert.Equal(3, Grid(durationTicks: 64000, rate: "0.5").Count);
        Assert.Equal(25, Grid(durationTicks: 64000, rate: "5").Count);
    }

    [Fact]
    public void An_instant_between_ticks_is_rounded_down_to_the_last_tick_before_it()
    {
        // 30000/1001 ticks a second from tick 100: second 1 lies at 29.97 ticks.
        var grid = SampleGrid.Create(Facts(new Rational(1001, 30000), 100, 300), Sampling.Default);
        Assert.Equal(100, grid.InstantTicks(0));
        Assert.Equal(129, grid.InstantTicks(1));
        Assert.Equal(159, grid.InstantTicks(2));
    }

    [Fact]
    public void A_plan_covers_every_sample_once_whatever_the_chunk_duration()
    {
        var grid = Grid(durationTicks: 12800 * 100 + 1, rate: "2/3");
        foreach (var seconds in new[] { 1, 2, 7, 64, 3600 })
        {
            var plan = ChunkPlan.For(grid, TimeSpan.FromSeconds(seconds));
            Assert.Equal(0, plan[0].Samples.First);
            Assert.Equal(grid.Count, plan[^1].Samples.End);
            for (var i = 1; i < plan.Count; i++) Assert.Equal(plan[i - 1].Samples.End, plan[i].Samples.First);
            Assert.All(plan, chunk => Assert.False(chunk.Samples.IsEmpty));
        }
    }

    [Theory]
    [InlineData(601, new long[] { 601 })] // one sample beyond ten minutes
    [InlineData(674, new long[] { 674 })] // 74 of 600: less than an eighth
    [InlineData(675, new long[] { 600, 75 })]
    [InlineData(1274, new long[] { 600, 674 })]
    [InlineData(1, new long[] { 1 })]
    public void A_short_rest_joins_the_chunk_before_it(long samples, long[] counts)
    {
        var plan = ChunkPlan.For(Grid(durationTicks: 12800 * samples, rate: "1"), TimeSpan.FromMinutes(10));
        Assert.Equal(counts, plan.Select(chunk => chunk.Samples.Count));
        Assert.Equal(Enumerable.Range(0, counts.Length), plan.Select(chunk => chunk.Index));
    }

    [Fact]
    public void Listed_times_are_found_by_their_time()
    {
        var grid = SampleGrid.Create(Facts(new Rational(1, 1000), 500, 10_000), Sampling.Keyframes, [500, 2500, 2600, 9000]);
        Assert.Equal(4, grid.Count);
        Assert.Equal(1, grid.FirstAtOrAfter(new Rational(2, 1)));
        Assert.Equal(3, grid.FirstAtOrAfter(new Rational(5, 1)));
        Assert.Equal(2, grid.SampleAt(5));
        Assert.Equal(2.1, grid.Seconds(2), 12);
    }

    private static SampleGrid Grid(long durationTicks, string rate) =>
        SampleGrid.Create(Facts(new Rational(1, 12800), 0, durationTicks), Sampling.Parse(rate));

    private static VideoFacts Facts(Rational timeBase, long startTicks, long durationTicks) => new()
    {
        Container = "mov",
        FileBytes = 1,
        StreamIndex = 0,
        Codec = "h264",
        TimeBase = timeBase,
        StartTicks = startTicks,
        DurationTicks = durationTicks,
        CodedWidth = 2,
        CodedHeight = 2,
        Width = 2,
        Height = 2,
    };
}
