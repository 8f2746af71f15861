using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

/// <summary>Which frame a sample shows, where its edge lies and how the picture comes out, against <see cref="SlowReference"/>.</summary>
public class SamplingRuleTests(TestFootage footage)
{
    private readonly FfmpegFootageReader _reader = new();

    [Theory]
    [InlineData("closed.mp4", "5")]
    [InlineData("open-gop.ts", "2")]
    [InlineData("mpeg2.ts", "0.5")]
    [InlineData("vfr.mkv", "5")]
    [InlineData("ntsc.mov", "0.7654321")]
    [InlineData("ntsc.mov", "30000/1001")]
    [InlineData("edit-list.mp4", "2")]
    [InlineData("edit-list.mp4", "native")]
    [InlineData("interlaced.ts", "5")]
    [InlineData("long-sound.mkv", "1")]
    [InlineData("anamorphic.mp4", "2")]
    public async Task A_sample_is_the_last_frame_at_or_before_its_instant_and_its_edge_the_sharpest_change_since_the_one_before(string name, string sampling)
    {
        var path = await footage.GetAsync(name);
        var facts = await _reader.ProbeAsync(path, default);
        var grid = await _reader.GridAsync(path, facts, sampling);
        var reference = await SlowReference.DecodeAsync(path, facts, facts.Width, facts.Height);
        var samples = await _reader.ReadAsync(path, facts, grid, SampleRange.Everything);
        Assert.Equal(grid.Count, samples.Count);
        foreach (var sample in samples)
        {
            var frame = reference.FrameOf(grid, sample.Number);
            Assert.Equal(reference.Ticks[frame], sample.Timing.Ticks);
            Assert.Equal(reference.Pixels[frame], sample.Pixels);
            var (edgeTicks, strength) = reference.EdgeOf(grid, sample.Number);
            // Printed with three decimals of a percent: a tie of the print is no tie of the sums.
            Assert.Equal(strength, sample.Timing.EdgeStrength, 0.003f);
            Assert.Equal(edgeTicks, sample.Timing.EdgeTicks);
        }
    }

    [Theory]
    [InlineData("open-gop.ts")]
    [InlineData("mpeg2.ts")]
    [InlineData("hevc.mp4")]
    public async Task Keyframe_sampling_gives_the_key_frames_themselves(string name)
    {
        var path = await footage.GetAsync(name);
        var facts = await _reader.ProbeAsync(path, default);
        var grid = await _reader.GridAsync(path, facts, "keyframes");
        var reference = await SlowReference.DecodeAsync(path, facts, facts.Width, facts.Height);
        var samples = await _reader.ReadAsync(path, facts, grid, SampleRange.Everything);
        Assert.Equal(grid.ListedTicks!.Value.ToArray(), samples.Select(sample => sample.Timing.Ticks));
        Assert.All(samples, sample => Assert.Equal(reference.Pixels[Array.IndexOf(reference.Ticks, sample.Timing.Ticks)], sample.Pixels));
        Assert.Equal(0, samples[0].Timing.EdgeStrength);
        Assert.All(samples.Skip(1), sample => Assert.InRange(sample.Timing.EdgeStrength, 0.5f, 255f));
    }

    [Fact]
    public async Task Keyframe_sampling_decodes_key_frames_only()
    {
        var path = await footage.GetAsync("closed.mp4");
        var facts = await _reader.ProbeAsync(path, default);
        var grid = await _reader.GridAsync(path, facts, "keyframes");
        var trace = new DecodeTrace();
        await _reader.ReadAsync(path, facts, grid, SampleRange.Everything, trace: trace);
        // 300 frames, a key frame every 40.
        Assert.Equal(8, grid.Count);
        Assert.Equal(8, trace.DecodedFrames);
    }

    [Fact]
    public async Task A_cut_is_found_to_the_frame()
    {
        // truth.json: the cat until second 8, then the cup; 12,800 ticks a second, 25 frames a second.
        var path = Path.Combine(TestAssets.Samples, "garden-walk.mp4");
        var facts = await _reader.ProbeAsync(path, default);
        var grid = await _reader.GridAsync(path, facts, "1");
        var samples = await _reader.ReadAsync(path, facts, grid, new SampleRange(5, 11));
        var cut = samples.MaxBy(sample => sample.Timing.EdgeStrength)!;
        Assert.Equal(8, cut.Number);
        Assert.Equal(8 * 12800, cut.Timing.EdgeTicks);
        Assert.True(cut.Timing.EdgeStrength > 25, $"the cut's strength is {cut.Timing.EdgeStrength}");
        Assert.All(samples.Where(sample => sample.Number != 8), sample => Assert.InRange(sample.Timing.EdgeStrength, 0, 8));
    }

    [Fact]
    public async Task The_middle_of_ten_hours_costs_a_key_frame_or_two_before_it()
    {
        var path = await footage.GetAsync("ten-hours.mp4");
        var facts = await _reader.ProbeAsync(path, default);
        var grid = await _reader.GridAsync(path, facts, "1");
        var trace = new DecodeTrace();
        var samples = await _reader.ReadAsync(path, facts, grid, new SampleRange(18_030, 18_050), trace: trace);
        Assert.Equal(Enumerable.Range(18_030, 20).Select(number => (long)number), samples.Select(sample => sample.Number));
        Assert.All(samples, sample => Assert.Equal(sample.Number, (long)facts.SecondsAt(sample.Timing.Ticks)));
        // Two groups of 60 before the range, the range, and what the decoder is ahead when it is stopped.
        Assert.InRange(trace.DecodedFrames, 20, 60 + 60 + 20 + 40);
    }

    [Fact]
    public async Task Fast_resize_scales_the_shorter_side_inside_ffmpeg()
    {
        var path = await footage.GetAsync("anamorphic.mp4");
        var facts = await _reader.ProbeAsync(path, default);
        Assert.Equal((192, 144), (facts.Width, facts.Height));
        var grid = await _reader.GridAsync(path, facts, "2");
        var reference = await SlowReference.DecodeAsync(path, facts, 64, 48);
        var samples = await _reader.ReadAsync(path, facts, grid, SampleRange.Everything, ResizeMode.Fast);
        Assert.Equal(6, samples.Count);
        Assert.All(samples, sample => Assert.Equal((64, 48, reference.Pixels[reference.FrameOf(grid, sample.Number)]), (sample.Width, sample.Height, sample.Pixels)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    public async Task The_number_of_decoder_threads_changes_nothing(int threads)
    {
        var path = await footage.GetAsync("open-gop.ts");
        var reader = new FfmpegFootageReader(new MediaOptions { DecoderThreads = threads });
        var facts = await reader.ProbeAsync(path, default);
        var grid = await reader.GridAsync(path, facts, "2");
        Assert.Equal(await _reader.ReadAsync(path, facts, grid, new SampleRange(11, 29)), await reader.ReadAsync(path, facts, grid, new SampleRange(11, 29)));
    }

    [Fact]
    public async Task A_picture_that_stays_for_minutes_is_every_sample_of_them()
    {
        var path = await footage.GetAsync("frozen.mkv");
        var reader = new FfmpegFootageReader(new MediaOptions { StallTimeout = TimeSpan.FromSeconds(10) });
        var facts = await reader.ProbeAsync(path, default);
        var grid = await reader.GridAsync(path, facts, "10");
        var samples = await reader.ReadAsync(path, facts, grid, SampleRange.Everything);
        Assert.Equal(2000, samples.Count);
        var frozen = samples.Where(sample => sample.Number is >= 28 and <= 1901).ToList();
        Assert.Single(frozen.Select(sample => (sample.Pixels, sample.Timing.Ticks)).Distinct());
        Assert.Equal(samples.GetRange(1500, 20), await reader.ReadAsync(path, facts, grid, new SampleRange(1500, 1520)));
    }

    [Fact]
    public async Task A_range_without_samples_gives_nothing()
    {
        var path = await footage.GetAsync("closed.mp4");
        var facts = await _reader.ProbeAsync(path, default);
        var grid = await _reader.GridAsync(path, facts, "1");
        Assert.Empty(await _reader.ReadAsync(path, facts, grid, new SampleRange(5, 5)));
        Assert.Empty(await _reader.ReadAsync(path, facts, grid, new SampleRange(12, 20)));
    }
}
