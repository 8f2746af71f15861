using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ClusterSearch.Testing;

namespace ClusterSearch.Gateway.Tests;

public sealed class VideosTests(ServedSamples served)
{
    [Fact]
    public async Task Videos_are_listed_and_shown_with_facts_and_shots()
    {
        var list = await served.GetAsync("/api/v1/videos");
        Assert.Equal(Directory.GetFiles(TestAssets.Samples, "*.mp4").Select(Path.GetFileName).Order(StringComparer.Ordinal), list.GetProperty("videos").EnumerateArray().Select(v => v.GetProperty("video").GetString()).Where(v => v != "upload.mp4").Order(StringComparer.Ordinal));
        var detail = await served.GetAsync($"/api/v1/videos/{await served.VideoAsync("garden-walk.mp4")}");
        Assert.True(detail.GetProperty("shots").GetArrayLength() > 1);
        Assert.Contains('/', detail.GetProperty("facts").GetProperty("timeBase").GetString()!);
    }

    [Fact]
    public async Task A_frame_is_a_JPEG_of_the_width_asked_for_and_is_not_sent_twice()
    {
        var path = $"/api/v1/videos/{await served.VideoAsync("bunny.mp4")}/frame?t=1.5&width=160";
        using var first = await served.Http.GetAsync(path);
        var jpeg = await first.Content.ReadAsByteArrayAsync();
        Assert.Equal("image/jpeg", first.Content.Headers.ContentType?.MediaType);
        Assert.Equal([0xFF, 0xD8], jpeg[..2]);
        Assert.True(first.Headers.CacheControl?.MaxAge > TimeSpan.FromDays(1));
        using var again = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var second = await served.Http.SendAsync(again);
        Assert.Equal((HttpStatusCode.NotModified, 0), (second.StatusCode, (await second.Content.ReadAsByteArrayAsync()).Length));
    }

    [Fact]
    public async Task The_file_is_played_in_ranges()
    {
        var path = $"/api/v1/videos/{await served.VideoAsync("bunny.mp4")}/stream";
        var file = await File.ReadAllBytesAsync(Path.Combine(TestAssets.Samples, "bunny.mp4"));
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Range = new RangeHeaderValue(1000, 1999) } };
        using var part = await served.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(file[1000..2000], await part.Content.ReadAsByteArrayAsync());
        using var last = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Range = new RangeHeaderValue(null, 500) } };
        using var end = await served.Http.SendAsync(last);
        Assert.Equal(file[^500..], await end.Content.ReadAsByteArrayAsync());
        Assert.Equal(file.Length, end.Content.Headers.ContentRange?.Length);
        // Of another file than the caller has begun with, all is sent.
        using var changed = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Range = new RangeHeaderValue(1000, 1999), IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue("\"another\"")) } };
        using var whole = await served.Http.SendAsync(changed);
        Assert.Equal((HttpStatusCode.OK, file.Length), (whole.StatusCode, (await whole.Content.ReadAsByteArrayAsync()).Length));
        using var beyond = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Range = new RangeHeaderValue(file.Length, null) } };
        using var refused = await served.Http.SendAsync(beyond);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, refused.StatusCode);
    }

    [Fact]
    public async Task What_a_browser_cannot_play_comes_transcoded_from_the_second_asked_for()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "stream.mp4");
        await File.WriteAllBytesAsync(path, await served.Http.GetByteArrayAsync($"/api/v1/videos/{await served.VideoAsync("bunny.mp4")}/stream?transcode=true&start=2"));
        Assert.Equal("h264", Probe(path, "stream=codec_name").Split('\n')[0]);
        Assert.InRange(double.Parse(Probe(path, "format=duration")), 3.0, 3.6);
    }

    [Fact]
    public async Task A_clip_has_exact_ends_and_its_name_says_them()
    {
        using var directory = new TemporaryDirectory();
        using var response = await served.Http.GetAsync($"/api/v1/videos/{await served.VideoAsync("bunny.mp4")}/clip?start=1&end=2.5");
        var path = Path.Combine(directory.Path, "clip.mp4");
        await File.WriteAllBytesAsync(path, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("bunny-1-2.5.mp4", response.Content.Headers.ContentDisposition?.FileNameStar);
        // Every frame that is shown within [1, 2.5) and no other: the sample's first frame is at 0, one frame each 1/rate.
        var source = Path.Combine(TestAssets.Samples, "bunny.mp4");
        var shown = Probe(source, "frame=pts_time", "-select_streams", "v").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(double.Parse).ToList();
        Assert.Equal(shown.Count(at => at - shown[0] >= 1 - 1e-6 && at - shown[0] < 2.5 - 1e-6), Probe(path, "frame=pts_time", "-select_streams", "v").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Several_clips_come_as_one_ZIP()
    {
        var video = await served.VideoAsync("bunny.mp4");
        using var response = await served.Http.PostAsJsonAsync("/api/v1/clips", new { moments = new[] { new { videoId = video, start = 0, end = 1 }, new { videoId = video, start = 2, end = 3 } } });
        await using var stream = await response.Content.ReadAsStreamAsync();
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        Assert.Equal(["001-bunny-0-1.mp4", "002-bunny-2-3.mp4"], zip.Entries.Select(entry => entry.Name));
        Assert.All(zip.Entries, entry => Assert.True(entry.Length > 1000));
    }

    [Theory]
    [InlineData(90, 91)]
    [InlineData(2, 1)]
    [InlineData(-1, 1)]
    public async Task Ranges_outside_a_video_are_refused_before_a_ZIP_begins(double start, double end)
    {
        var video = await served.VideoAsync("bunny.mp4");
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsJsonAsync("/api/v1/clips", new { moments = new[] { new { videoId = video, start, end } } }), 400, "request.invalid");
    }

    [Theory]
    [InlineData("jpeg", 0xFF, 0xD8)]
    [InlineData("png", 0x89, 0x50)]
    public async Task Given_moments_are_drawn_as_one_picture(string format, byte first, byte second)
    {
        var video = await served.VideoAsync("garden-walk.mp4");
        using var sheet = await served.Http.PostAsJsonAsync($"/api/v1/sheet?format={format}", new { moments = new[] { new { videoId = video, start = 1, end = 2, keyFrame = 1.5 }, new { videoId = video, start = 20, end = 22, keyFrame = 21.0 } } });
        Assert.Equal($"image/{format}", sheet.Content.Headers.ContentType?.MediaType);
        Assert.Equal([first, second], (await sheet.Content.ReadAsByteArrayAsync())[..2]);
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsJsonAsync("/api/v1/sheet?format=tiff", new { moments = Array.Empty<object>() }), 400, "request.invalid");
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsJsonAsync("/api/v1/sheet", new { moments = Array.Empty<object>() }), 400, "request.invalid");
    }

    [Fact]
    public async Task A_video_is_found_by_name_and_by_the_beginning_of_its_id()
    {
        var id = await served.VideoAsync("bunny.mp4");
        foreach (var name in (string[])["bunny.mp4", id, id[..8], Path.Combine(TestAssets.Samples, "bunny.mp4")])
            Assert.Equal(id, (await served.GetAsync($"/api/v1/videos/find?name={Uri.EscapeDataString(name)}")).GetProperty("videoId").GetString());
        await ServedSamples.AssertProblemAsync(await served.Http.GetAsync("/api/v1/videos/find?name=../../etc/passwd"), 404, "video.not_found");
        await ServedSamples.AssertProblemAsync(await served.Http.GetAsync("/api/v1/videos/find"), 400, "request.invalid");
    }

    [Fact]
    public async Task A_video_is_seen_at_a_glance()
    {
        using var sheet = await served.Http.GetAsync($"/api/v1/videos/{await served.VideoAsync("garden-walk.mp4")}/sheet?count=4");
        Assert.Equal("image/jpeg", sheet.Content.Headers.ContentType?.MediaType);
        Assert.True((await sheet.Content.ReadAsByteArrayAsync()).Length > 5000);
    }

    [Theory]
    [InlineData("frame?t=-1", 400, "request.invalid")]
    [InlineData("frame?t=NaN", 400, "request.invalid")]
    [InlineData("frame?t=1&width=999999", 400, "request.invalid")]
    [InlineData("frame", 400, "request.invalid")]
    [InlineData("clip?start=3&end=1", 400, "request.invalid")]
    [InlineData("clip?start=90&end=91", 400, "request.invalid")]
    [InlineData("clip?start=0&end=99999999", 400, "request.invalid")]
    [InlineData("stream?transcode=true&start=1e9", 400, "request.invalid")]
    [InlineData("nothing", 404, "request.unknown")]
    public async Task Bad_questions_of_a_video_are_refused_in_one_line(string question, int status, string code)
    {
        await ServedSamples.AssertProblemAsync(await served.Http.GetAsync($"/api/v1/videos/{await served.VideoAsync("bunny.mp4")}/{question}"), status, code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/frame?t=1")]
    [InlineData("/stream")]
    [InlineData("/clip?start=0&end=1")]
    [InlineData("/sheet")]
    public async Task A_video_that_is_not_there_is_not_found(string question)
    {
        foreach (var id in (string[])["00000000000000000000000000000000", "..%2F..%2Fetc%2Fpasswd", "x"])
            await ServedSamples.AssertProblemAsync(await served.Http.GetAsync($"/api/v1/videos/{id}{question}"), 404, "video.not_found");
    }

    private static string Probe(string path, string entries, params string[] more)
    {
        using var process = Process.Start(new ProcessStartInfo("ffprobe", ["-v", "error", .. more, "-show_entries", entries, "-of", "default=nw=1:nk=1", path]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
