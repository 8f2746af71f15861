using ClusterSearch.Cli.Parsing;

namespace ClusterSearch.Cli.Tests;

public sealed class TimeSyntaxTests
{
    [Theory]
    [InlineData("8", 8)]
    [InlineData("8s", 8)]
    [InlineData(" 8 ", 8)]
    [InlineData("0", 0)]
    [InlineData("250ms", 0.25)]
    [InlineData("1.5m", 90)]
    [InlineData("1h", 3600)]
    [InlineData("1H", 3600)]
    [InlineData("0.5h", 1800)]
    [InlineData("1:30", 90)]
    [InlineData("90:00", 5400)]
    [InlineData("01:02:03.250", 3723.25)]
    [InlineData("0:00:00.001", 0.001)]
    [InlineData("12.345", 12.345)]
    public void A_time_is_read_in_every_spelling(string text, double seconds)
    {
        Assert.True(TimeSyntax.TryParse(text, out var read));
        Assert.Equal(seconds, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("s")]
    [InlineData("-8")]
    [InlineData("8 s s")]
    [InlineData("1e3")]
    [InlineData("1,5m")]
    [InlineData("8d")]
    [InlineData("1:90")]
    [InlineData("1:60:00")]
    [InlineData("1.5:00")]
    [InlineData("1.0:00")]
    [InlineData("1:2:3:4")]
    [InlineData(":30")]
    [InlineData("1:")]
    [InlineData("NaN")]
    [InlineData("99999999999999999999")]
    [InlineData("79228162514264337593543950335h")]
    [InlineData("79228162514264337593543950335:00")]
    public void What_is_no_time_is_refused(string text) => Assert.False(TimeSyntax.TryParse(text, out _));

    [Fact]
    public void The_message_names_the_option_what_is_expected_and_what_was_found()
    {
        var fault = Assert.Throws<UsageException>(() => TimeSyntax.Parse("soon", "--chunk-duration"));
        Assert.Equal("--chunk-duration: expected a time (seconds, 8s, 1.5m, 1h, m:ss or hh:mm:ss.fff), found 'soon'", fault.Message);
    }
}
