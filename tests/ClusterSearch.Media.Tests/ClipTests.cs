using System.Text;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

public sealed class ClipTests(TestFootage footage) : IDisposable
{
    private readonly FfmpegFootageReader _reader = new();
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("closed.mp4", 3.16, 5.6)]
    [InlineData("open-gop.ts", 7.4, 9.04)]
    [InlineData("edit-list.mp4", 2.0, 3.0)]
    [InlineData("mpeg2.ts", 0, 1.2)]
    public async Task A_clip_holds_exactly_the_frames_of_its_half_open_span(string name, double start, double end)
    {
        var path = await footage.GetAsync(name);
        var facts = await _reader.ProbeAsync(path, default);
        var (startTicks, endTicks) = (facts.TicksAt(start), facts.TicksAt(end));
        var clip = _directory.File("clip.mp4");
        await _reader.WriteClipAsync(new ClipRequest(path, facts, startTicks, endTicks, clip), default);
        var whole = await FramesAsync(path);
        var cut = await FramesAsync(clip);
        var ticks = (await _reader.ListFrameTicksAsync(path, facts, keyframesOnly: false, default)).ToList();
        var first = ticks.FindLastIndex(time => time <= startTicks);
        var count = ticks.Count(time => time < endTicks) - first;
        Assert.Equal(count, cut.Count);
        // Encoding loses a little; a neighbouring frame would be much further off than the right one.
        for (var i = 0; i < count; i++)
            Assert.True(Difference(cut[i], whole[first + i]) < 4, $"frame {i} differs by {Difference(cut[i], whole[first + i])}");
        Assert.True(Difference(cut[0], cut[1]) > 0.1);
        var clipFacts = await _reader.ProbeAsync(clip, default);
        Assert.Equal(end - start, clipFacts.DurationSeconds, 0.041);
        Assert.Equal(0, clipFacts.SecondsAt(clipFacts.StartTicks), 6);
        Assert.Equal(["clip.mp4"], Directory.GetFiles(_directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_picture_that_is_already_shown_at_the_start_begins_the_clip()
    {
        // One picture stays from second 8 to 16.
        var path = await footage.GetAsync("vfr.mkv");
        var facts = await _reader.ProbeAsync(path, default);
        var clip = _directory.File("clip.mp4");
        await _reader.WriteClipAsync(new ClipRequest(path, facts, facts.TicksAt(10), facts.TicksAt(18), clip), default);
        var ticks = await _reader.ListFrameTicksAsync(clip, await _reader.ProbeAsync(clip, default), keyframesOnly: false, default);
        var original = (await _reader.ListFrameTicksAsync(path, facts, keyframesOnly: false, default)).Where(time => time >= facts.TicksAt(10) && time < facts.TicksAt(18));
        Assert.Equal([0, .. original.Select(time => time - facts.TicksAt(10))], ticks);
    }

    [Fact]
    public async Task A_clip_keeps_its_sound_in_step()
    {
        // A beep from second 2 to 3 while the picture is white.
        var path = _directory.File("flash.mkv");
        await TestFootage.FfmpegAsync($"-f lavfi -i color=black:s=64x64:r=25:d=6 -f lavfi -i sine=f=1000:d=6 -vf drawbox=c=white:t=fill:enable='between(t,2,2.99)' -af volume=0:enable='not(between(t,2,3))' -c:v libx264 -g 25 -c:a aac {path}");
        var facts = await _reader.ProbeAsync(path, default);
        var clip = _directory.File("clip.mp4");
        await _reader.WriteClipAsync(new ClipRequest(path, facts, facts.TicksAt(1.52), facts.TicksAt(4), clip), default);
        var grey = await TestFootage.RunAsync("ffmpeg", $"-v error -i {clip} -vf scale=1:1,format=gray -f rawvideo -");
        Assert.Equal(12, Array.FindIndex(grey, value => value > 128)); // 0.48 s
        var sound = await TestFootage.RunAsync("ffmpeg", $"-v error -i {clip} -ac 1 -ar 8000 -f u8 -");
        Assert.Equal(0.48, Array.FindIndex(sound, value => value > 140) / 8000.0, 0.03);
    }

    [Fact]
    public async Task A_copied_clip_begins_at_the_key_frame_before()
    {
        // Key frames every 40 frames: the last at or before 5 s is frame 120, at 4.8 s.
        var path = await footage.GetAsync("closed.mp4");
        var facts = await _reader.ProbeAsync(path, default);
        var clip = _directory.File("copy.mp4");
        await _reader.WriteClipAsync(new ClipRequest(path, facts, facts.TicksAt(5), facts.TicksAt(7), clip, StreamCopy: true), default);
        var whole = await FramesAsync(path);
        var cut = await FramesAsync(clip);
        Assert.Equal(0, Difference(cut[0], whole[120]));
        Assert.InRange(cut.Count, 55, 58);
        await _reader.WriteClipAsync(new ClipRequest(path, facts, facts.TicksAt(1), facts.TicksAt(2), clip, StreamCopy: true), default);
        cut = await FramesAsync(clip);
        Assert.Equal(0, Difference(cut[0], whole[0]));
        Assert.InRange(cut.Count, 50, 53);
    }

    [Theory]
    [InlineData("open-gop.ts", 9.0)]
    [InlineData("mpeg4.avi", 5.0)]
    [InlineData("long-sound.mp4", 3.0)]
    public async Task Other_containers_are_copied_into_an_MP4_too(string name, double start)
    {
        var path = await footage.GetAsync(name);
        var facts = await _reader.ProbeAsync(path, default);
        var clip = _directory.File("copy.mp4");
        await _reader.WriteClipAsync(new ClipRequest(path, facts, facts.TicksAt(start), facts.TicksAt(start + 0.8), clip, StreamCopy: true), default);
        var clipFacts = await _reader.ProbeAsync(clip, default);
        Assert.InRange(clipFacts.DurationSeconds, 0.75, 4);
        Assert.Equal(facts.AudioTracks.Count, clipFacts.AudioTracks.Count);
    }

    [Fact]
    public async Task A_clip_of_a_turned_video_is_upright_without_a_matrix()
    {
        var path = TestAssets.Clip("video_90.mov");
        if (TestAssets.Missing(path) is { } reason) Assert.Skip(reason);
        path = Path.GetFullPath(path);
        var facts = await _reader.ProbeAsync(path, default);
        var clip = _directory.File("clip.mp4");
        await _reader.WriteClipAsync(new ClipRequest(path, facts, facts.StartTicks, facts.StartTicks + facts.DurationTicks, clip), default);
        var clipFacts = await _reader.ProbeAsync(clip, default);
        Assert.Equal((320, 568, 0), (clipFacts.Width, clipFacts.Height, clipFacts.RotationDegrees));
    }

    [Fact]
    public async Task A_clip_that_cannot_be_written_says_so_and_leaves_nothing()
    {
        var path = await footage.GetAsync("closed.mp4");
        var facts = await _reader.ProbeAsync(path, default);
        var nowhere = await Assert.ThrowsAsync<ClusterSearchException>(() =>
            _reader.WriteClipAsync(new ClipRequest(path, facts, 0, 12800, _directory.File("missing/clip.mp4")), default));
        Assert.Equal(ErrorCodes.RequestInvalid, nowhere.Code);
        if (!File.Exists("/dev/full")) return;
        await Assert.ThrowsAsync<ArgumentException>(() => _reader.WriteClipAsync(new ClipRequest(path, facts, 5, 5, _directory.File("clip.mp4")), default));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _reader.WriteClipAsync(new ClipRequest(path, facts, 0, 12800, _directory.File("clip.mp4")), cancelled.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Every frame as 32x18 luma.</summary>
    private static async Task<List<byte[]>> FramesAsync(string path)
    {
        var bytes = await TestFootage.RunAsync("ffmpeg", $"-v quiet -i {path} -map 0:v:0 -vf scale=32:18:flags=area,format=gray -fps_mode passthrough -f rawvideo -");
        return [.. bytes.Chunk(32 * 18)];
    }

    private static double Difference(byte[] one, byte[] other) => one.Zip(other, (a, b) => Math.Abs(a - b)).Average();
}
