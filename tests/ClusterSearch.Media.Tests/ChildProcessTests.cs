using System.Runtime.Versioning;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

/// <summary>Limits, ends and faults of the child processes.</summary>
[SupportedOSPlatform("linux")]
public class ChildProcessTests(TestFootage footage)
{
    [Fact]
    public async Task A_missing_ffmpeg_says_what_to_install()
    {
        var reader = new FfmpegFootageReader(new MediaOptions { FfmpegPath = "no-such-ffmpeg", FfprobePath = "/nowhere/ffprobe" });
        var version = await Assert.ThrowsAsync<ClusterSearchException>(() => reader.VersionAsync(default));
        Assert.Equal(ErrorCodes.EnvironmentMissing, version.Code);
        Assert.Contains("apt-get install ffmpeg", version.Message, StringComparison.Ordinal);
        var path = await footage.GetAsync("closed.mp4");
        Assert.Equal(ErrorCodes.EnvironmentMissing, (await Assert.ThrowsAsync<ClusterSearchException>(() => reader.ProbeAsync(path, default))).Code);
    }

    [Fact]
    public async Task The_version_is_ffmpeg_s_first_line_and_an_old_one_is_refused()
    {
        Assert.StartsWith("ffmpeg version ", await new FfmpegFootageReader().VersionAsync(default), StringComparison.Ordinal);
        using var directory = new TemporaryDirectory();
        var old = FakeTool.Write(directory, "ffmpeg", "echo 'ffmpeg version 4.4.2-0ubuntu Copyright'");
        var exception = await Assert.ThrowsAsync<ClusterSearchException>(() => new FfmpegFootageReader(new MediaOptions { FfmpegPath = old }).VersionAsync(default));
        Assert.Equal(ErrorCodes.EnvironmentMissing, exception.Code);
        Assert.Contains("4.4.2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_stalls_is_ended_with_everything_it_started()
    {
        using var directory = new TemporaryDirectory();
        var mark = "97531." + Guid.NewGuid().ToString("N")[..6].Select(c => (c % 10).ToString()).Aggregate(string.Concat);
        var stalling = FakeTool.Write(directory, "ffprobe", $"sleep {mark} & sleep {mark}");
        var reader = new FfmpegFootageReader(new MediaOptions { FfprobePath = stalling, StallTimeout = TimeSpan.FromMilliseconds(300) });
        var path = await footage.GetAsync("closed.mp4");
        var exception = await Assert.ThrowsAsync<ClusterSearchException>(() => reader.ProbeAsync(path, default));
        Assert.Equal(ErrorCodes.FootageLimit, exception.Code);
        Assert.Contains("no progress for 0.3 s", exception.Message, StringComparison.Ordinal);
        Assert.Empty(await RunningAsync(mark));
    }

    [Fact]
    public async Task A_child_that_eats_the_memory_is_ended()
    {
        using var directory = new TemporaryDirectory();
        // tail must keep the last line, and /dev/zero's never ends.
        var greedy = FakeTool.Write(directory, "ffprobe", "exec tail /dev/zero");
        var reader = new FfmpegFootageReader(new MediaOptions { FfprobePath = greedy, MemoryLimitBytes = 64 << 20 });
        var path = await footage.GetAsync("closed.mp4");
        var exception = await Assert.ThrowsAsync<ClusterSearchException>(() => reader.ProbeAsync(path, default));
        Assert.Equal(ErrorCodes.FootageLimit, exception.Code);
        Assert.Contains("more than 64 MiB of memory", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_of_ffmpeg_is_no_end_of_the_footage()
    {
        using var directory = new TemporaryDirectory();
        var crashing = FakeTool.Write(directory, "ffmpeg", FakeTool.AnswersVersion + "kill -SEGV $$");
        var reader = new FfmpegFootageReader(new MediaOptions { FfmpegPath = crashing });
        var path = await footage.GetAsync("closed.mp4");
        var facts = await reader.ProbeAsync(path, default);
        var grid = await reader.GridAsync(path, facts, "1");
        var exception = await Assert.ThrowsAsync<ClusterSearchException>(() => reader.ReadAsync(path, facts, grid, SampleRange.Everything));
        Assert.Equal(ErrorCodes.FootageDecoderCrashed, exception.Code);
        Assert.Contains("signal 11", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_caller_is_no_stall_and_may_keep_all_its_frames()
    {
        var path = await footage.GetAsync("closed.mp4");
        // Longer than ffmpeg takes to begin on a busy machine.
        var reader = new FfmpegFootageReader(new MediaOptions { StallTimeout = TimeSpan.FromSeconds(3) });
        var facts = await new FfmpegFootageReader().ProbeAsync(path, default);
        var request = new FrameRequest { Path = path, Facts = facts, Grid = await reader.GridAsync(path, facts, "native"), Samples = SampleRange.Everything };
        var frames = new List<SampledFrame>();
        await foreach (var frame in reader.SampleAsync(request, new DecodeTrace(), default))
        {
            frames.Add(frame);
            if (frames.Count == 5) await Task.Delay(TimeSpan.FromSeconds(4));
        }
        Assert.Equal(300, frames.Count);
        Assert.Equal(300, frames.DistinctBy(frame => Samples.Digest(frame.Image.Bytes)).Count());
        frames.ForEach(frame => frame.Dispose());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_left_running_after_a_cancellation_or_an_early_end(bool cancel)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File(Guid.NewGuid().ToString("N") + ".mp4");
        File.Copy(await footage.GetAsync("ten-hours.mp4"), path);
        var reader = new FfmpegFootageReader();
        var facts = await reader.ProbeAsync(path, default);
        using var cancellation = new CancellationTokenSource();
        var request = new FrameRequest { Path = path, Facts = facts, Grid = await reader.GridAsync(path, facts, "1"), Samples = SampleRange.Everything };
        var trace = new DecodeTrace();
        var count = 0;
        async Task ReadAsync()
        {
            await foreach (var frame in reader.SampleAsync(request, trace, cancellation.Token))
            {
                frame.Dispose();
                if (++count != 100) continue;
                Assert.NotEmpty(await RunningAsync(path));
                if (!cancel) break;
                await cancellation.CancelAsync();
            }
        }
        if (cancel) await Assert.ThrowsAnyAsync<OperationCanceledException>(ReadAsync);
        else await ReadAsync();
        Assert.Empty(await RunningAsync(path));
        Assert.InRange(count, 100, 1000);
        Assert.True(trace.ProcessorTime > TimeSpan.Zero);
        Assert.InRange(trace.PeakMemoryBytes, 10 << 20, 1 << 30);
    }

    [Fact]
    public async Task An_unknown_hardware_decoder_is_a_clear_error()
    {
        var path = await footage.GetAsync("closed.mp4");
        var reader = new FfmpegFootageReader();
        var facts = await reader.ProbeAsync(path, default);
        var request = new FrameRequest { Path = path, Facts = facts, Grid = await reader.GridAsync(path, facts, "1"), Samples = new SampleRange(0, 2), HardwareAcceleration = "warp" };
        var exception = await Assert.ThrowsAsync<ClusterSearchException>(async () =>
        {
            await foreach (var frame in reader.SampleAsync(request, new DecodeTrace(), default)) frame.Dispose();
        });
        Assert.Equal(ErrorCodes.RequestInvalid, exception.Code);
        Assert.Contains("no hardware decoder 'warp'", exception.Message, StringComparison.Ordinal);
        // "auto" falls back to the processor where there is no such hardware.
        var trace = new DecodeTrace();
        var frames = 0;
        await foreach (var frame in reader.SampleAsync(request with { HardwareAcceleration = "auto" }, trace, default))
        {
            frame.Dispose();
            frames++;
        }
        Assert.Equal(2, frames);
        Assert.Null(trace.Warning);
    }

    [Fact]
    public void Options_out_of_range_are_all_named()
    {
        var exception = Assert.Throws<ArgumentException>(() => new FfmpegFootageReader(new MediaOptions { DecoderThreads = 0, FramesAhead = 0 }));
        Assert.Contains("DecoderThreads", exception.Message, StringComparison.Ordinal);
        Assert.Contains("FramesAhead", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Processes whose command line holds these words.</summary>
    private static async Task<List<string>> RunningAsync(string words)
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
        {
            try
            {
                var line = (await File.ReadAllTextAsync(Path.Combine(process, "cmdline"))).Replace('\0', ' ');
                if (line.Contains(words, StringComparison.Ordinal)) found.Add(line);
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }
        return found;
    }
}
