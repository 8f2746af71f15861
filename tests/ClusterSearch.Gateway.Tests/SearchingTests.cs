using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ClusterSearch.Archive;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Gateway.Tests;

public sealed class SearchingTests(ServedSamples served)
{
    private static object Text(string text, bool negative = false) => new { kind = "text", text, negative };

    [Fact]
    public async Task A_sentence_finds_the_moments_that_the_engine_finds()
    {
        var answer = await served.PostAsync("/api/v1/search", new { parts = new[] { Text("a cat") }, limit = 5 });
        var expected = await served.Search.SearchAsync(new SearchRequest { Parts = [new TextPart("a cat")], Top = 5 }, CancellationToken.None);
        Assert.Equal("ok", answer.GetProperty("verdict").GetString());
        Assert.Equal(expected.Moments.Select(m => (m.Video.Value, m.Start, m.End)), answer.GetProperty("moments").EnumerateArray()
            .Select(m => (m.GetProperty("videoId").GetString()!, m.GetProperty("start").GetDouble(), m.GetProperty("end").GetDouble())));
        Assert.Equal("garden-walk.mp4", answer.GetProperty("moments")[0].GetProperty("video").GetString());
    }

    [Fact]
    public async Task Pages_hold_every_moment_once_in_the_order_of_the_whole()
    {
        var whole = await served.PostAsync("/api/v1/search", new { parts = new[] { Text("a cat") }, limit = 200 });
        var paged = new List<(string?, double)>();
        string? cursor = null;
        do
        {
            var page = await served.PostAsync("/api/v1/search", new { parts = new[] { Text("a cat") }, limit = 2, cursor });
            paged.AddRange(page.GetProperty("moments").EnumerateArray().Select(m => (m.GetProperty("videoId").GetString(), m.GetProperty("start").GetDouble())));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        Assert.Equal(whole.GetProperty("moments").EnumerateArray().Select(m => (m.GetProperty("videoId").GetString(), m.GetProperty("start").GetDouble())), paged);
        Assert.True(paged.Count > 4);
    }

    [Fact]
    public async Task A_picture_that_was_sent_finds_where_it_was_taken_from()
    {
        var video = await served.VideoAsync("space-day.mp4");
        var frame = await served.Http.GetByteArrayAsync($"/api/v1/videos/{video}/frame?t=12&width=640");
        using var sent = await served.Http.PostAsync("/api/v1/pictures", new ByteArrayContent(frame));
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
        var id = (await sent.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        Assert.Equal(frame, await served.Http.GetByteArrayAsync($"/api/v1/pictures/{id}"));
        var answer = await served.PostAsync("/api/v1/search", new { parts = new[] { new { kind = "picture", picture = id } }, limit = 1 });
        var first = answer.GetProperty("moments")[0];
        Assert.Equal("space-day.mp4", first.GetProperty("video").GetString());
        Assert.InRange(12, first.GetProperty("start").GetDouble(), first.GetProperty("end").GetDouble());
    }

    [Fact]
    public async Task A_crop_of_everything_is_the_moment_itself_and_a_part_is_not()
    {
        var id = VideoId.Parse(await served.VideoAsync("garden-walk.mp4"));
        async Task<float[]> VectorAsync(PictureRegion? crop) =>
            await served.Search.QueryVectorAsync(new SearchRequest { Parts = [new MomentPart(id, 4) { Crop = crop }] }, CancellationToken.None);
        var whole = await VectorAsync(null);
        Assert.Equal(whole, await VectorAsync(new PictureRegion(0, 0, 1, 1)));
        Assert.NotEqual(whole, await VectorAsync(new PictureRegion(0.25, 0.25, 0.5, 0.5)));
        var answer = await served.PostAsync("/api/v1/search",
            new { parts = new[] { new { kind = "moment", video = id.Value, seconds = 4, crop = new { x = 0.2, y = 0.1, width = 0.6, height = 0.8 } } }, limit = 1 });
        Assert.Contains("cat", answer.GetProperty("moments")[0].GetProperty("labels")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task The_curve_has_a_score_a_sample_and_is_highest_where_the_search_found_it()
    {
        var video = await served.VideoAsync("garden-walk.mp4");
        var curve = await served.PostAsync($"/api/v1/videos/{video}/scores", new { parts = new[] { Text("a cat") } });
        var times = curve.GetProperty("times").EnumerateArray().Select(t => t.GetDouble()).ToList();
        var smoothed = curve.GetProperty("smoothed").EnumerateArray().Select(s => s.GetSingle()).ToList();
        Assert.Equal(times.Order(), times);
        Assert.Equal((times.Count, times.Count), (smoothed.Count, curve.GetProperty("raw").GetArrayLength()));
        Assert.InRange(times[smoothed.IndexOf(smoothed.Max())], 0, 8);
        Assert.All(curve.GetProperty("shots").EnumerateArray(), shot => Assert.True(shot.GetProperty("start").GetDouble() < shot.GetProperty("end").GetDouble()));
    }

    [Fact]
    public async Task Filters_confine_the_answer()
    {
        var video = await served.VideoAsync("space-day.mp4");
        var one = await served.PostAsync("/api/v1/search", new { parts = new[] { Text("a cat") }, filter = new { videos = new[] { video }, from = 10, to = 20 } });
        Assert.All(one.GetProperty("moments").EnumerateArray(), m => Assert.Equal(video, m.GetProperty("videoId").GetString()));
        var none = await served.PostAsync("/api/v1/search", new { parts = new[] { Text("a cat") }, filter = new { cameras = new[] { "cellar" } } });
        Assert.Equal(0, none.GetProperty("moments").GetArrayLength());
        var all = await served.PostAsync("/api/v1/search", new { parts = new[] { Text("a cat") }, filter = new { cameras = new[] { "roof" } } });
        Assert.True(all.GetProperty("moments").GetArrayLength() > 0);
    }

    [Fact]
    public async Task Thumbs_are_kept_until_they_are_taken_back()
    {
        var video = await served.VideoAsync("bunny.mp4");
        object Body(string verdict) => new { videoId = video, start = 0, end = 2, verdict, parts = new[] { Text("a rabbit") } };
        using (var up = await served.Http.PostAsJsonAsync("/api/v1/feedback", Body("up"))) Assert.Equal(HttpStatusCode.NoContent, up.StatusCode);
        using (var down = await served.Http.PostAsJsonAsync("/api/v1/feedback", Body("down"))) Assert.Equal(HttpStatusCode.NoContent, down.StatusCode);
        var kept = (await served.GetAsync($"/api/v1/feedback?video={video}")).GetProperty("ratings").EnumerateArray().Single();
        Assert.Equal(("down", 2.0), (kept.GetProperty("verdict").GetString(), kept.GetProperty("end").GetDouble()));
        using (var none = await served.Http.PostAsJsonAsync("/api/v1/feedback", Body("none"))) Assert.Equal(HttpStatusCode.NoContent, none.StatusCode);
        Assert.Equal(0, (await served.GetAsync($"/api/v1/feedback?video={video}")).GetProperty("ratings").GetArrayLength());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"parts":[]}""")]
    [InlineData("""{"parts":[null]}""")]
    [InlineData("""{"parts":[{"kind":"text"}]}""")]
    [InlineData("""{"parts":[{"kind":"text","text":"  "}]}""")]
    [InlineData("""{"parts":[{"kind":"sql","text":"x"}]}""")]
    [InlineData("""{"parts":[{"kind":"text","text":"x","weight":0}]}""")]
    [InlineData("""{"parts":[{"kind":"text","text":"x","weight":1e300}]}""")]
    [InlineData("""{"parts":[{"kind":"text","text":"x"}],"limit":0}""")]
    [InlineData("""{"parts":[{"kind":"text","text":"x"}],"limit":100000}""")]
    [InlineData("""{"parts":[{"kind":"text","text":"x"}],"cursor":"abc"}""")]
    [InlineData("""{"parts":[{"kind":"text","text":"x"}],"smoothing":"3"}""")]
    [InlineData("""{"parts":[{"kind":"text","text":"x"}],"filter":{"from":9,"to":1}}""")]
    [InlineData("""{"parts":[{"kind":"text","text":"x"}],"filter":{"recordedAfter":"yesterday"}}""")]
    [InlineData("""{"parts":[{"kind":"text","text":"x"}],"encoding":"nothing-of-the-kind"}""")]
    public async Task What_is_no_query_is_refused_in_one_line(string body)
    {
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsync("/api/v1/search", new StringContent(body, Encoding.UTF8, "application/json")), 400, "request.invalid");
    }

    [Fact]
    public async Task Sizes_are_limited()
    {
        var longText = JsonSerializer.Serialize(new { parts = new[] { Text(new string('x', 3000)) } });
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsync("/api/v1/search", new StringContent(longText, Encoding.UTF8, "application/json")), 400, "request.invalid");
        var many = JsonSerializer.Serialize(new { parts = Enumerable.Range(0, 100).Select(_ => Text("x")) });
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsync("/api/v1/search", new StringContent(many, Encoding.UTF8, "application/json")), 400, "request.invalid");
        var large = new byte[2 << 20];
        large.AsSpan().Fill((byte)' ');
        await ServedSamples.AssertProblemAsync(await served.PostLargeAsync("/api/v1/pictures", large), 413, "limit.body");
        using var document = new HttpRequestMessage(HttpMethod.Post, "/api/v1/search") { Content = new ByteArrayContent(large) { Headers = { ContentType = new("application/json") } }, Headers = { ExpectContinue = true } };
        await ServedSamples.AssertProblemAsync(await served.Http.SendAsync(document), 413, "limit.body");
    }

    [Fact]
    public async Task What_is_no_picture_is_refused_when_it_comes_and_a_broken_one_when_it_is_searched()
    {
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsync("/api/v1/pictures", new StringContent("#EXTM3U\nfile:///etc/passwd")), 415, "picture.kind");
        using var sent = await served.Http.PostAsync("/api/v1/pictures", new ByteArrayContent([0xFF, 0xD8, 0xFF, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
        var id = (await sent.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsJsonAsync("/api/v1/search", new { parts = new[] { new { kind = "picture", picture = id } } }), 400, "request.invalid");
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsJsonAsync("/api/v1/search", new { parts = new[] { new { kind = "picture", picture = "../../etc/passwd" } } }), 404, "picture.not_found");
        await ServedSamples.AssertProblemAsync(await served.Http.GetAsync("/api/v1/pictures/..%2F..%2Fetc%2Fpasswd"), 404, "picture.not_found");
    }

    [Fact]
    public async Task A_picture_of_a_few_bytes_and_billions_of_pixels_is_refused_before_it_is_decoded()
    {
        // A PNG header that promises 100,000 by 100,000 pixels, and hardly anything behind it.
        var png = new List<byte>([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        AddChunk(png, "IHDR", [0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0, 8, 2, 0, 0, 0]);
        AddChunk(png, "IDAT", [0x78, 0x9C, 3, 0, 0, 0, 0, 1]);
        AddChunk(png, "IEND", []);
        using var sent = await served.Http.PostAsync("/api/v1/pictures", new ByteArrayContent([.. png]));
        var id = (await sent.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        var before = Environment.WorkingSet;
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsJsonAsync("/api/v1/search", new { parts = new[] { new { kind = "picture", picture = id } } }), 400, "request.invalid");
        Assert.True(Environment.WorkingSet - before < 1L << 30);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("concat:/etc/passwd")]
    [InlineData("ffconcat version 1.0")]
    public async Task Kinds_that_can_name_other_files_are_no_pictures(string content)
    {
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsync("/api/v1/pictures", new StringContent(content)), 415, "picture.kind");
    }

    private static void AddChunk(List<byte> png, string kind, byte[] content)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(kind), .. content];
        Span<byte> number = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.AddRange(number);
        png.AddRange(body);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        png.AddRange(number);
    }

    /// <summary>As the PNG specification has it, appendix D.</summary>
    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }

    [Theory]
    [InlineData(-0.1, 0, 0.5, 0.5)]
    [InlineData(0, 0, 0, 0.5)]
    [InlineData(0.6, 0, 0.5, 0.5)]
    public async Task A_crop_outside_the_picture_is_refused(double x, double y, double width, double height)
    {
        var video = await served.VideoAsync("bunny.mp4");
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsJsonAsync("/api/v1/search",
            new { parts = new[] { new { kind = "moment", video, seconds = 1, crop = new { x, y, width, height } } } }), 400, "request.invalid");
    }
}
