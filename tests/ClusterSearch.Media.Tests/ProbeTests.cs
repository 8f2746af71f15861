using System.Runtime.Versioning;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

[SupportedOSPlatform("linux")]
public class ProbeTests(TestFootage footage)
{
    private readonly FfmpegFootageReader _reader = new();

    [Fact]
    public async Task Streams_beside_the_picture_are_named()
    {
        var facts = await _reader.ProbeAsync(Path.Combine(TestAssets.Samples, "garden-walk.mp4"), default);
        Assert.Equal("aac", Assert.Single(facts.AudioTracks).Codec);
        var subtitle = Assert.Single(facts.SubtitleTracks);
        Assert.Equal(("mov_text", "eng"), (subtitle.Codec, subtitle.Language));
        Assert.Equal(("h264", "yuv420p", new Rational(25, 1)), (facts.Codec, facts.PixelFormat, facts.FrameRate));
        Assert.Equal((640, 360, 31.0), (facts.Width, facts.Height, facts.DurationSeconds));
        Assert.True(facts.Seekable);
    }

    [Theory]
    [InlineData("long-sound.mkv", false)]
    [InlineData("long-sound.mp4", false)]
    [InlineData("long-sound.flv", true)]
    public async Task The_duration_is_the_picture_s_and_not_the_longer_sound_s(string name, bool counted)
    {
        var facts = await _reader.ProbeAsync(await footage.GetAsync(name), default);
        Assert.InRange(facts.DurationSeconds, 3.95, 4.05);
        Assert.Equal(counted, facts.DurationCounted);
    }

    [Theory]
    [InlineData("no-cues.mkv", 12.0)]
    [InlineData("raw.h264", 8.0)]
    public async Task A_duration_that_no_header_states_is_counted(string name, double seconds)
    {
        var facts = await _reader.ProbeAsync(await footage.GetAsync(name), default);
        Assert.Equal(seconds, facts.DurationSeconds, 0.05);
        Assert.True(facts.DurationCounted);
        Assert.Equal(name != "raw.h264", facts.Seekable);
    }

    [Fact]
    public async Task A_recording_that_begins_in_mid_stream_starts_at_its_first_whole_picture()
    {
        var path = await footage.GetAsync("cut.ts");
        var facts = await _reader.ProbeAsync(path, default);
        var reference = await SlowReference.DecodeAsync(path, facts, 16, 16);
        Assert.Equal(reference.Ticks[0], facts.StartTicks);
        Assert.Equal(reference.Ticks[^1] + 3600, facts.StartTicks + facts.DurationTicks);
    }

    [Fact]
    public async Task Irregular_times_are_seen()
    {
        // Matroska's header states a constant rate all the same; MP4's table of durations gives the average away.
        using var directory = new TemporaryDirectory();
        await TestFootage.FfmpegAsync($"-i {await footage.GetAsync("vfr.mkv")} -c copy {directory.File("vfr.mp4")}");
        Assert.True((await _reader.ProbeAsync(directory.File("vfr.mp4"), default)).VariableFrameRate);
        Assert.False((await _reader.ProbeAsync(await footage.GetAsync("interlaced.ts"), default)).VariableFrameRate);
        Assert.True((await _reader.ProbeAsync(await footage.GetAsync("interlaced.ts"), default)).Interlaced);
    }

    [Theory]
    [InlineData("2021-06-05T04:03:02Z", "2021-06-05T04:03:02+00:00")]
    [InlineData("1970-01-01T00:00:00Z", null)]
    [InlineData("1904-01-01T00:00:00Z", null)]
    public async Task The_creation_time_is_believed_where_it_can_be(string stated, string? believed)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("clock.mp4");
        await TestFootage.FfmpegAsync($"-i {await footage.GetAsync("anamorphic.mp4")} -c copy -metadata creation_time={stated} -timecode 10:20:30:04 {path}");
        var facts = await _reader.ProbeAsync(path, default);
        Assert.Equal(believed is null ? null : DateTimeOffset.Parse(believed), facts.CreatedAt);
        Assert.Equal("10:20:30:04", facts.Timecode);
    }

    [Fact]
    public async Task Cover_art_is_no_video()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("song.mp3");
        await TestFootage.FfmpegAsync($"-f lavfi -i sine=d=1 -f lavfi -i testsrc2=s=64x64:d=0.04 -map 0 -map 1 -c:v mjpeg -disposition:v attached_pic -frames:v 1 {path}");
        await RefusedAsync(path, ErrorCodes.FootageNoVideoStream, "picture (mjpeg)");
    }

    [Fact]
    public async Task Sound_alone_has_no_video_stream() =>
        await RefusedAsync(await footage.GetAsync("sound.mp3"), ErrorCodes.FootageNoVideoStream, "audio (mp3)");

    [Theory]
    [InlineData("notes.txt", "Nothing to see, only words.\nAnd more words.\n")]
    [InlineData("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n#EXT-X-ENDLIST\n")]
    [InlineData("list.ffconcat", "ffconcat version 1.0\nfile /etc/passwd\n")]
    [InlineData("video.mp4", "not what its name says")]
    [InlineData("stream.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n")]
    public async Task Text_and_playlists_are_no_video(string name, string text)
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File(name), text);
        await RefusedAsync(directory.File(name), ErrorCodes.FootageNotVideo, "expected a video");
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("gif")]
    [InlineData("bmp")]
    public async Task A_still_picture_is_no_video(string extension)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("picture." + extension);
        await TestFootage.FfmpegAsync($"-f lavfi -i testsrc2=s=64x64 -frames:v 1 {path}");
        await RefusedAsync(path, ErrorCodes.FootageNotVideo, "still picture");
    }

    [Fact]
    public async Task Whatever_is_no_file_with_something_in_it_is_refused_by_its_own_code()
    {
        using var directory = new TemporaryDirectory();
        await RefusedAsync(directory.File("gone.mp4"), ErrorCodes.FootageNotFound, "no such file");
        await File.WriteAllBytesAsync(directory.File("empty.mp4"), []);
        await RefusedAsync(directory.File("empty.mp4"), ErrorCodes.FootageEmpty, "0 bytes");
        await RefusedAsync(directory.Path, ErrorCodes.FootageNotVideo, "directory");
        await TestFootage.RunAsync("mkfifo", directory.File("fifo.mp4"));
        await RefusedAsync(directory.File("fifo.mp4"), ErrorCodes.FootageNotVideo, "pipe, socket or device");
        await RefusedAsync("/dev/zero", ErrorCodes.FootageNotVideo, "pipe, socket or device");
    }

    [Fact]
    public async Task An_unreadable_file_is_refused_as_such()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("secret.mp4");
        File.Copy(await footage.GetAsync("anamorphic.mp4"), path);
        File.SetUnixFileMode(path, UnixFileMode.None);
        try
        {
            await File.ReadAllBytesAsync(path);
            Assert.Skip("permissions do not bind this user");
        }
        catch (UnauthorizedAccessException)
        {
            await RefusedAsync(path, ErrorCodes.FootageUnreadable, "cannot be read");
        }
    }

    [Theory]
    [InlineData("-i.mp4")]
    [InlineData("frame-%03d.mp4")]
    [InlineData("concat:a|b it's \"quoted\", [bracketed]; \\slashed Ünï 动物 .mp4")]
    public async Task Any_file_name_will_do(string name)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File(name);
        File.Copy(await footage.GetAsync("closed.mp4"), path);
        var facts = await _reader.ProbeAsync(path, default);
        Assert.Equal(12, facts.DurationSeconds, 9);
        Assert.Equal(2, (await _reader.ReadAsync(path, facts, await _reader.GridAsync(path, facts, "1"), new SampleRange(7, 9))).Count);
        Assert.NotEmpty(await _reader.ThumbnailAsync(path, facts, facts.TicksAt(7), 64, default));
        await _reader.WriteClipAsync(new ClipRequest(path, facts, facts.TicksAt(1), facts.TicksAt(2), directory.File("out " + name)), default);
        Assert.Equal(1, (await _reader.ProbeAsync(directory.File("out " + name), default)).DurationSeconds, 6);
    }

    [Fact]
    public async Task Pictures_larger_than_allowed_are_refused()
    {
        var reader = new FfmpegFootageReader(new MediaOptions { MaximumPixels = 160 * 90 - 1 });
        var path = await footage.GetAsync("closed.mp4");
        var exception = await Assert.ThrowsAsync<ClusterSearchException>(() => reader.ProbeAsync(path, default));
        Assert.Equal(ErrorCodes.FootageLimit, exception.Code);
    }

    private async Task RefusedAsync(string path, string code, string words)
    {
        var exception = await Assert.ThrowsAsync<ClusterSearchException>(() => _reader.ProbeAsync(path, default));
        Assert.Equal((code, path), (exception.Code, exception.Message[..path.Length]));
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }
}
