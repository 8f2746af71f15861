using ClusterSearch.Cli.Parsing;

namespace ClusterSearch.Cli.Tests;

public sealed class DateSyntaxTests
{
    // Two hours ahead of UTC from 2026-03-29 01:00 UTC on, one before; the clocks skip 02:00 to 03:00 local that night.
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("Test", TimeSpan.FromHours(1), "Test", "Test", "Test summer",
    [
        TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(new DateTime(2026, 1, 1), new DateTime(2026, 12, 31), TimeSpan.FromHours(1),
            TimeZoneInfo.TransitionTime.CreateFixedDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 29),
            TimeZoneInfo.TransitionTime.CreateFixedDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 25)),
    ]);

    [Theory]
    [InlineData("2026-01-05", "2026-01-04T23:00:00Z")]
    [InlineData("2026-01-05T14:30", "2026-01-05T13:30:00Z")]
    [InlineData("2026-07-05T14:30", "2026-07-05T12:30:00Z")]
    [InlineData("2026-07-05 14:30", "2026-07-05T12:30:00Z")]
    [InlineData("2026-01-05T14:30:05.25", "2026-01-05T13:30:05.25Z")]
    [InlineData("2026-01-05T14:30:05Z", "2026-01-05T14:30:05Z")]
    [InlineData("2026-01-05T14:30+05:30", "2026-01-05T09:00:00Z")]
    [InlineData("2026-01-05T14:30:05.125-08:00", "2026-01-05T22:30:05.125Z")]
    public void A_date_without_a_zone_is_local(string text, string instant) =>
        Assert.Equal(DateTimeOffset.Parse(instant), DateSyntax.Parse(text, "--after", Zone));

    [Theory]
    [InlineData("2026-13-01")]
    [InlineData("2026-02-30")]
    [InlineData("2026-01-05T25:00")]
    [InlineData("05.01.2026")]
    [InlineData("2026-01-05T14:30 o'clock")]
    [InlineData("2026-")]
    public void What_is_no_date_is_refused_with_what_is_expected(string text)
    {
        var fault = Assert.Throws<UsageException>(() => DateSyntax.Parse(text, "--recorded-at", Zone));
        Assert.StartsWith("--recorded-at: expected an ISO 8601 date such as 2026-11-23", fault.Message);
        Assert.EndsWith($"found '{text}'", fault.Message);
    }

    [Fact]
    public void A_time_that_the_clocks_skip_is_refused()
    {
        var fault = Assert.Throws<UsageException>(() => DateSyntax.Parse("2026-03-29T02:30", "--after", Zone));
        Assert.Contains("skip 2026-03-29T02:30", fault.Message);
    }

    [Fact]
    public void After_and_before_take_a_date_and_a_time_each()
    {
        var window = TimeWindow.Parse(["2026-01-05", "90s"], ["2:00", "2026-01-06T00:00Z"], TimeZoneInfo.Utc);
        Assert.Equal(new TimeWindow(
            new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 6, 0, 0, 0, TimeSpan.Zero), 90, 120), window);
    }

    [Theory]
    [InlineData("90s", "1:30")]
    [InlineData("2026-01-05", "2026-01-05")]
    [InlineData("2026-01-06", "2026-01-05")]
    public void Bounds_with_nothing_between_them_are_refused(string after, string before) =>
        Assert.Throws<UsageException>(() => TimeWindow.Parse([after], [before], TimeZoneInfo.Utc));

    [Fact]
    public void A_bound_given_twice_in_one_meaning_is_refused() =>
        Assert.Throws<UsageException>(() => TimeWindow.Parse(["90s", "2:00"], [], TimeZoneInfo.Utc));

    [Fact]
    public void Bounds_of_different_meanings_do_not_exclude_each_other() =>
        Assert.Equal(90, TimeWindow.Parse(["90s"], ["2026-01-05"], TimeZoneInfo.Utc).SecondsAfter);
}
