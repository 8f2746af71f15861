using ClusterSearch.Archive;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Tests;

public sealed class WordingTests
{
    [Theory]
    [InlineData(0, "0:00.000")]
    [InlineData(8, "0:08.000")]
    [InlineData(59.9994, "0:59.999")]
    [InlineData(59.9996, "1:00.000")]
    [InlineData(754.25, "12:34.250")]
    [InlineData(3600, "1:00:00.000")]
    [InlineData(36_061.5, "10:01:01.500")]
    public void A_time_in_a_video_reads_as_a_clock(double seconds, string text) => Assert.Equal(text, Wording.Clock(seconds));

    [Theory]
    [InlineData(12, "12 ms")]
    [InlineData(1340, "1.3 s")]
    [InlineData(185_000, "3:05")]
    public void A_call_reads_by_its_order_of_magnitude(double milliseconds, string text) => Assert.Equal(text, Wording.Elapsed(milliseconds));

    [Fact]
    public void A_file_name_cannot_steer_the_terminal() => Assert.Equal("a\uFFFD[2Jb.mp4", Wording.Safe("a\e[2Jb.mp4"));

    [Fact]
    public void Progress_tells_hours_speed_time_left_and_failures() => Assert.Equal(
        "0.50 of 2.00 h, 41 × real time, 2:12 left, 3 of 7 videos, 1 failed",
        IngestDisplay.Describe(State(1800)));

    [Fact]
    public void Without_a_terminal_a_line_comes_at_most_every_interval()
    {
        var (error, clock) = (new StringWriter(), new ManualClock());
        var lines = new ProgressLines(error, clock, TimeSpan.FromSeconds(5));
        foreach (var second in Enumerable.Range(0, 13))
        {
            clock.Seconds = second;
            lines.Report(State(second * 3600));
        }
        Assert.Equal(["5.00 of", "10.00 of"], error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[..(l.IndexOf(" of") + 3)]));
    }

    [Fact]
    public void Parts_that_did_not_answer_are_named() => Assert.Equal(
        "Warning: 2 parts of the archive (2/8, 5/8) did not answer in time, 1,200 samples not searched; ask again, or see that every silo runs",
        MomentTable.Gap(new Coverage(3, 3, 0, 900, 0, 0) { UnansweredShards = ["2/8", "5/8"], UnansweredSamples = 1200 }));

    [Theory]
    [InlineData(1, "Warning: 1 part of the index found damaged and left out; `clustersearch verify --repair` where the archive lies makes them again")]
    [InlineData(99, "Warning: 99 parts of the index found damaged and left out; `clustersearch verify --repair` where the archive lies makes them again")]
    [InlineData(100, "Warning: at least 100 parts of the index found damaged and left out; `clustersearch verify --repair` where the archive lies makes them again")]
    public void Damaged_parts_are_counted_as_far_as_they_are_told(int parts, string expected) => Assert.Equal(expected,
        MomentTable.Gap(new Coverage(3, 3, 0, 900, 0, 0) { DamagedParts = [.. Enumerable.Range(1, parts).Select(part => $"part {part}")] }));

    private static IngestProgress State(double secondsDone) => new()
    {
        Stage = IngestStage.Embedding,
        SecondsDone = secondsDone,
        SecondsTotal = 7200,
        TimesRealTime = 41,
        TimeLeft = TimeSpan.FromSeconds(132),
        Videos = 7,
        VideosDone = 3,
        Failures = 1,
    };

    private sealed class ManualClock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
