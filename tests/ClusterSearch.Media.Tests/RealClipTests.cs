using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

/// <summary>The clips beside the repository; their README says what is true of them.</summary>
public class RealClipTests(TestFootage footage)
{
    private readonly FfmpegFootageReader _reader = new();

    [Theory]
    [InlineData("big-buck-bunny-30s.mp4", 854, 480, 30.0, 30)]
    [InlineData("bottle-detection.mp4", 640, 360, 39.854748603351958, 40)]
    [InlineData("car-detection.mp4", 768, 432, 30.16, 31)]
    [InlineData("white.mp4", 320, 240, 10.0, 10)]
    [InlineData("minimal.mp4", 320, 240, 0.04, 1)]
    [InlineData("unordered.mov", 50, 50, 0.125, 1)]
    [InlineData("video_0.mov", 568, 320, 0.1, 1)]
    [InlineData("video_90.mov", 320, 568, 0.1, 1)]
    [InlineData("video_180.mov", 568, 320, 0.1, 1)]
    [InlineData("video_270.mov", 320, 568, 0.1, 1)]
    public async Task A_clip_is_probed_and_sampled_whole(string name, int width, int height, double seconds, int samples)
    {
        var path = Clip(name);
        var facts = await _reader.ProbeAsync(path, default);
        Assert.Equal((width, height), (facts.Width, facts.Height));
        Assert.Equal(seconds, facts.DurationSeconds, 9);
        Assert.False(facts.VariableFrameRate);
        var trace = new DecodeTrace();
        var read = await _reader.ReadAsync(path, facts, await _reader.GridAsync(path, facts, "1"), SampleRange.Everything, ResizeMode.Fast, trace);
        Assert.Equal(samples, read.Count);
        Assert.False(trace.Damaged);
        Assert.Null(trace.Warning);
        Assert.Equal(0, trace.MissingSamples);
    }

    [Theory]
    [InlineData("video_0.mov", 0)]
    [InlineData("video_90.mov", 90)]
    [InlineData("video_180.mov", 180)]
    [InlineData("video_270.mov", 270)]
    public async Task A_turned_phone_s_picture_is_upright(string name, int rotation)
    {
        var path = Clip(name);
        var facts = await _reader.ProbeAsync(path, default);
        Assert.Equal(rotation, facts.RotationDegrees);
        // ffmpeg's own autorotation, in an independent run.
        var upright = await TestFootage.RunAsync("ffmpeg", $"-v error -i {path} -frames:v 1 -pix_fmt rgb24 -f rawvideo -");
        var request = new FrameRequest { Path = path, Facts = facts, Grid = await _reader.GridAsync(path, facts, "1"), Samples = new SampleRange(0, 1) };
        await foreach (var frame in _reader.SampleAsync(request, new DecodeTrace(), default))
        {
            using (frame) Assert.InRange(MeanDifference(upright, frame.Image.Bytes), 0, 3);
        }
    }

    [Fact]
    public async Task Reordered_frames_come_in_presentation_order()
    {
        var path = Clip("unordered.mov");
        var facts = await _reader.ProbeAsync(path, default);
        var ticks = await _reader.ListFrameTicksAsync(path, facts, keyframesOnly: false, default);
        Assert.Equal([0.0, 0.03125, 0.0625, 0.09375], ticks.Select(facts.SecondsAt));
        var samples = await _reader.ReadAsync(path, facts, SampleGrid.Create(facts, Sampling.Native, ticks), SampleRange.Everything);
        Assert.Equal(ticks, samples.Select(sample => sample.Timing.Ticks));
    }

    [Fact]
    public async Task A_damaged_picture_is_reported_and_the_rest_is_read()
    {
        var path = Clip("corrupted.mp4");
        var facts = await _reader.ProbeAsync(path, default);
        Assert.Equal(5, facts.DurationSeconds, 9);
        var grid = await _reader.GridAsync(path, facts, "native");
        Assert.Equal(50, grid.Count);
        var trace = new DecodeTrace();
        var samples = await _reader.ReadAsync(path, facts, grid, SampleRange.Everything, ResizeMode.Fast, trace);
        Assert.Equal(49, samples.Count);
        Assert.True(trace.Damaged);
        Assert.Equal(1, trace.MissingSamples);
        Assert.Contains("Invalid NAL unit size", trace.Warning, StringComparison.Ordinal);
        Assert.Contains("1 of 50 samples could not be decoded", trace.Warning, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', trace.Warning!);
        // On a grid the frame before stays on the screen.
        var everySecond = new DecodeTrace();
        Assert.Equal(5, (await _reader.ReadAsync(path, facts, await _reader.GridAsync(path, facts, "1"), SampleRange.Everything, ResizeMode.Fast, everySecond)).Count);
        Assert.True(everySecond.Damaged);
        Assert.Equal(0, everySecond.MissingSamples);
    }

    [Fact]
    public async Task A_contradictory_header_is_damage_and_named()
    {
        var path = Clip("chunk_out_of_range.mp4");
        var exception = await Assert.ThrowsAsync<ClusterSearchException>(() => _reader.ProbeAsync(path, default));
        Assert.Equal(ErrorCodes.FootageDamaged, exception.Code);
        Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
        Assert.Contains("contradictionary STSC and STCO", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public async Task A_copy_that_broke_off_gives_what_is_there()
    {
        var path = await footage.GetAsync("truncated.mp4");
        var facts = await _reader.ProbeAsync(path, default);
        Assert.Equal(12, facts.DurationSeconds, 9);
        var grid = await _reader.GridAsync(path, facts, "1");
        var trace = new DecodeTrace();
        var samples = await _reader.ReadAsync(path, facts, grid, SampleRange.Everything, trace: trace);
        Assert.InRange(samples.Count, 4, 9);
        Assert.Equal(12 - samples.Count, trace.MissingSamples);
        Assert.NotNull(trace.Warning);
        // A range that lies beyond what is there.
        var beyond = new DecodeTrace();
        Assert.Empty(await _reader.ReadAsync(path, facts, grid, new SampleRange(10, 12), trace: beyond));
        Assert.Equal(2, beyond.MissingSamples);
    }

    private static string Clip(string name)
    {
        var path = TestAssets.Clip(name);
        if (TestAssets.Missing(path) is { } reason) Assert.Skip(reason);
        return Path.GetFullPath(path);
    }

    private static double MeanDifference(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        Assert.Equal(one.Length, other.Length);
        long sum = 0;
        for (var i = 0; i < one.Length; i++) sum += Math.Abs(one[i] - other[i]);
        return (double)sum / one.Length;
    }
}
