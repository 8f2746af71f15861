using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Moments;

namespace ClusterSearch.Core.Tests;

public class MomentEdgesTests
{
    // 25 frames a second in 1/100 s: a frame every 4 ticks from tick 10; samples every 100 ticks.
    private const long Start = 10;

    [Fact]
    public void A_shot_begins_at_its_cut_and_ends_at_the_next_one()
    {
        var edges = new Video(10).Edge(3, -24, 60).Edge(7, -40, 60).Cut(3).Cut(7);
        Assert.Equal((Start + 300 - 24, Start + 700 - 40), edges.Refine(3, 7));
    }

    [Fact]
    public void A_video_is_covered_from_its_start_to_its_end()
    {
        // 1,030 ticks: the last sample, at 1,000, is followed by 30 ticks.
        Assert.Equal((Start, Start + 1030), new Video(11, duration: 1030).Edge(0, 0, 0).Refine(0, 11));
        // A single frame.
        Assert.Equal((Start, Start + 4), new Video(1, duration: 4).Refine(0, 1));
    }

    [Fact]
    public void An_inner_edge_lies_at_a_picture_change_that_stands_out_else_at_the_sample()
    {
        var video = new Video(10).Edge(3, -24, 9).Edge(2, 0, 3).Edge(4, 0, 4); // 9 >= 2 * (3 + 4) / 2
        Assert.Equal((Start + 276, Start + 600), video.Refine(3, 6));
        Assert.Equal((Start + 300, Start + 600), video.Edge(4, 0, 7).Refine(3, 6)); // 9 < 2 * (3 + 7) / 2
        Assert.Equal((Start + 300, Start + 600), new Video(10).Edge(3, -24, 3.9f).Refine(3, 6)); // noise
        // Before the last sample there is no change after it to compare with: the one before counts twice.
        Assert.Equal((Start + 876, Start + 1000), new Video(10).Edge(9, -24, 9).Edge(8, 0, 4).Refine(9, 10));
    }

    [Fact]
    public void Behind_and_before_a_gap_a_moment_holds_to_its_own_samples()
    {
        // Samples 4 and 5 could not be decoded.
        var video = new Video(10).Edge(6, -24, 80).Cut(6).Without(4, 5);
        Assert.Equal((Start, Start + 400), video.Refine(0, 4));
        Assert.Equal((Start + 600, Start + 1000), video.Refine(6, 10));
        // The tail of a truncated file is no footage: one sample distance after the last one, not the promised hour.
        Assert.Equal((Start, Start + 500), new Video(5, duration: 360_000).Refine(0, 5));
    }

    [Fact]
    public void Samples_of_one_long_frame_divide_its_time()
    {
        // Frames at 0, 200 (shown for samples 2 to 5) and 600.
        var video = new Video(8);
        for (var n = 2; n < 6; n++) video.Timings[n] = new SampleTiming(Start + 200, Start + 200, 0);
        Assert.Equal((Start + 200, Start + 300), video.Refine(2, 3));
        Assert.Equal((Start + 300, Start + 500), video.Refine(3, 5));
        Assert.Equal((Start + 500, Start + 600), video.Refine(5, 6));
    }

    [Fact]
    public void Neighbours_share_their_edge_and_none_is_empty()
    {
        Seeds.Each(200, seed =>
        {
            var random = new Random(seed);
            var video = new Video(40, duration: random.Next(3901, 4100));
            long[] missing = [random.Next(1, 39), random.Next(1, 39)];
            for (var n = 1; n < 40; n++)
            {
                // A sample that shows the frame of the one before the gap would leave no gap.
                if (random.Next(5) == 0 && !missing.Contains(n - 1)) video.Timings[n] = video.Timings[n - 1] with { EdgeTicks = video.Timings[n - 1].Ticks };
                else video.Edge(n, -4 * random.Next(12), random.NextSingle() * 40);
                if (random.Next(4) == 0) video.Cut(n);
            }
            video.Without(missing);
            long previousEnd = 0;
            for (var first = 0; first < 40;)
            {
                var end = first + 1;
                while (end < 40 && random.Next(3) != 0) end++;
                while (end > first && !video.Timings.ContainsKey(end - 1)) end--;
                if (end == first || !video.Timings.ContainsKey(first))
                {
                    first++;
                    continue;
                }
                var (startTicks, endTicks) = video.Refine(first, end);
                Assert.True(startTicks < endTicks, $"seed {seed}: [{first}, {end}) is empty");
                Assert.True(startTicks >= previousEnd, $"seed {seed}: [{first}, {end}) begins at {startTicks}, before {previousEnd}");
                if (first > 0 && previousEnd > 0 && video.Timings.ContainsKey(first - 1)) Assert.Equal(previousEnd, startTicks);
                (previousEnd, first) = (endTicks, end);
            }
        });
    }

    [Fact]
    public void A_moment_of_samples_that_do_not_exist_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Video(3).Refine(1, 1));
        Assert.Throws<ArgumentException>(() => new Video(3).Refine(1, 4));
    }

    private sealed class Video(int count, long? duration = null)
    {
        private readonly HashSet<long> _cuts = [0];

        public Dictionary<long, SampleTiming> Timings { get; } = Enumerable.Range(0, count).ToDictionary(
            n => (long)n, n => new SampleTiming(Start + n * 100, Start + n * 100, 0));

        public Video Edge(long number, long ticksBefore, float strength)
        {
            Timings[number] = new SampleTiming(Start + number * 100, Start + number * 100 + ticksBefore, strength);
            return this;
        }

        public Video Cut(long number)
        {
            _cuts.Add(number);
            return this;
        }

        public Video Without(params long[] numbers)
        {
            foreach (var number in numbers)
            {
                Timings.Remove(number);
                _cuts.Add(number + 1);
            }
            return this;
        }

        public (long, long) Refine(long first, long end) => MomentEdges.Refine(
            new VideoFacts
            {
                Container = "mov",
                FileBytes = 1,
                StreamIndex = 0,
                Codec = "h264",
                TimeBase = new Rational(1, 100),
                StartTicks = Start,
                DurationTicks = duration ?? count * 100,
                CodedWidth = 2,
                CodedHeight = 2,
                Width = 2,
                Height = 2,
            },
            new SampleRange(first, end), number => Timings.TryGetValue(number, out var timing) ? timing : null, _cuts.Contains);
    }
}
