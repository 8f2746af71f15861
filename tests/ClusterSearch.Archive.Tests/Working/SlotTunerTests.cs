using ClusterSearch.Archive.Working;

namespace ClusterSearch.Archive.Tests.Working;

public sealed class SlotTunerTests
{
    // Footage a second by slots: pays up to four, no more from there on.
    private static double Saturating(int slots) => 10 * Math.Min(slots, 4);

    // Four of 3 and more fight for the cache.
    private static double Peaked(int slots) => slots <= 3 ? 10 * slots : 30 - 6 * (slots - 3);

    [Fact]
    public void It_climbs_while_one_more_brings_more_and_steps_back_when_not()
    {
        var tuner = new SlotTuner(1, 16);
        var path = new List<int> { tuner.Slots };
        for (var i = 0; i < 6; i++) path.Add(tuner.Observe(Saturating(tuner.Slots), canGrow: true));
        Assert.Equal([1, 2, 3, 4, 5, 4, 4], path);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void It_finds_the_peak_from_either_side_and_stays_there_most_of_the_time(int start)
    {
        var tuner = new SlotTuner(start, 8);
        var visits = new int[9];
        for (var i = 0; i < 200; i++)
        {
            tuner.Observe(Peaked(tuner.Slots), canGrow: true);
            if (i >= 40) visits[tuner.Slots]++;
        }
        Assert.True(visits[3] >= 144, $"{visits[3]} of 160 at the peak: {string.Join(' ', visits)}");
        Assert.All(Enumerable.Range(5, 4), slots => Assert.Equal(0, visits[slots]));
    }

    [Fact]
    public void Noise_below_the_hysteresis_does_not_make_it_wander()
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        var tuner = new SlotTuner(4, 8);
        var highest = 0;
        for (var i = 0; i < 200; i++) highest = Math.Max(highest, tuner.Observe(Saturating(tuner.Slots) * (1 + 0.04 * (random.NextDouble() - 0.5)), canGrow: true));
        Assert.True(highest <= 5, $"seed {Seed}: {highest} slots");
    }

    [Fact]
    public void It_never_grows_where_memory_does_not_allow_and_gives_way_when_it_runs_short()
    {
        var tuner = new SlotTuner(2, 8);
        for (var i = 0; i < 20; i++) Assert.InRange(tuner.Observe(100 * tuner.Slots, canGrow: false), 1, 2);
        tuner = new SlotTuner(4, 8);
        Assert.Equal((3, 2, 1, 1), (tuner.GiveWay(), tuner.GiveWay(), tuner.GiveWay(), tuner.GiveWay()));
    }

    [Fact]
    public void Waits_after_failures_are_five_seconds_half_a_minute_and_three_minutes() =>
        Assert.Equal([5, 30, 180, 180], Enumerable.Range(0, 4).Select(failures => RetryPolicy.Default.After(failures).TotalSeconds));

    [Fact]
    public void Waits_for_what_passes_double_up_to_five_seconds_and_are_never_in_step()
    {
        Assert.Equal((50, 100), (TransientRetry.Delay(0, 0).TotalMilliseconds, TransientRetry.Delay(0, 1).TotalMilliseconds));
        Assert.Equal(400, TransientRetry.Delay(2, 1).TotalMilliseconds);
        Assert.Equal((2500, 5000), (TransientRetry.Delay(40, 0).TotalMilliseconds, TransientRetry.Delay(40, 1).TotalMilliseconds));
    }
}
