using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Core.Tests;

public sealed class VectorFilterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.FromHours(1));
    private static readonly VideoAttributes AtNoon = new(null, null, Noon);

    [Fact]
    public void A_widened_filter_passes_so_many_seconds_more_at_both_ends()
    {
        var filter = new VectorFilter { RecordedAfter = Noon.AddSeconds(60), RecordedBefore = Noon.AddSeconds(90) }.Widened(5);
        Assert.Equal((55, 95), filter.Window(AtNoon));
        Assert.Equal((5, 25), new VectorFilter { SecondsAfter = 10, SecondsBefore = 20 }.Widened(5).Window(AtNoon));
    }

    [Fact]
    public void What_was_not_asked_is_not_asked_of_a_widened_filter()
    {
        Assert.Equal(VectorFilter.None, VectorFilter.None.Widened(5));
        var cameras = new VectorFilter { Cameras = new HashSet<string> { "gate" } };
        Assert.Equal(cameras, cameras.Widened(5));
        Assert.Equal((double.NegativeInfinity, 25), new VectorFilter { SecondsBefore = 20 }.Widened(5).Window(AtNoon));
    }

    [Fact]
    public void A_widened_filter_reaches_no_farther_than_times_go()
    {
        var filter = new VectorFilter { RecordedAfter = DateTimeOffset.MinValue, RecordedBefore = DateTimeOffset.MaxValue }.Widened(5);
        Assert.Equal((DateTimeOffset.MinValue, DateTimeOffset.MaxValue), (filter.RecordedAfter, filter.RecordedBefore));
        // Midnight of the first day in the west: five hours after times begin, and the first moment of its clock.
        var west = new DateTimeOffset(1, 1, 1, 0, 0, 0, TimeSpan.FromHours(-5));
        Assert.Equal(DateTimeOffset.MinValue.AddHours(5).AddSeconds(-5), new VectorFilter { RecordedAfter = west }.Widened(5).RecordedAfter);
    }
}
