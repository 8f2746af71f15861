using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClusterSearch.Testing;

namespace ClusterSearch.Gateway.Tests;

public sealed class IngestingTests(ServedSamples served)
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task An_upload_is_taken_in_shown_live_and_removed()
    {
        using var stream = await served.Http.GetStreamAsync("/api/v1/ingestion/events").ContinueWith(t => new StreamReader(t.Result));
        // Other bytes than the sample's, so another video.
        var file = (await File.ReadAllBytesAsync(Path.Combine(TestAssets.Samples, "bunny.mp4"))).Concat(new byte[] { 0, 0, 0, 8, (byte)'f', (byte)'r', (byte)'e', (byte)'e' }).ToArray();
        using var sent = await served.Http.PostAsync("/api/v1/uploads?name=upload.mp4&camera=phone", new ByteArrayContent(file));
        Assert.Equal(HttpStatusCode.Accepted, sent.StatusCode);
        var job = (await sent.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job").GetString();
        var sawRunning = false;
        while (await stream.ReadLineAsync(Soon) is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
            var running = JsonSerializer.Deserialize<JsonElement>(line[6..]).GetProperty("running").GetBoolean();
            if (sawRunning && !running) break;
            sawRunning |= running;
        }
        var ended = await served.GetAsync($"/api/v1/ingestion/jobs/{job}");
        Assert.Equal(("done", 1), (ended.GetProperty("state").GetString(), ended.GetProperty("report").GetProperty("added").GetInt32()));
        await ServedSamples.AssertProblemAsync(await served.Http.GetAsync("/api/v1/ingestion/jobs/99999"), 404, "job.not_found");
        var video = (await served.GetAsync("/api/v1/videos")).GetProperty("videos").EnumerateArray().Single(v => v.GetProperty("video").GetString() == "upload.mp4");
        Assert.Equal(("searchable", "phone"), (video.GetProperty("state").GetString(), video.GetProperty("camera").GetString()));
        using var removed = await served.Http.DeleteAsync($"/api/v1/videos/{video.GetProperty("videoId").GetString()}");
        Assert.True(removed.IsSuccessStatusCode);
        await ServedSamples.AssertProblemAsync(await served.Http.GetAsync($"/api/v1/videos/{video.GetProperty("videoId").GetString()}"), 404, "video.not_found");
    }

    [Theory]
    [InlineData("../outside/secret.mp4")]
    [InlineData("way-out")]
    [InlineData("way-out/secret.mp4")]
    [InlineData("linked/linked.mp4")]
    [InlineData("/etc")]
    [InlineData("a/../../outside")]
    [InlineData("http://127.0.0.1/x.mp4")]
    [InlineData("concat:a|\tb")]
    public async Task A_path_that_leads_out_of_its_root_is_refused(string path)
    {
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsJsonAsync("/api/v1/ingestion/register", new { root = "footage", path }), 400, "request.invalid");
    }

    [Theory]
    [InlineData("nowhere", "", 400, "request.invalid")]
    [InlineData(null, "", 400, "request.invalid")]
    [InlineData("footage", "not-there.mp4", 404, "footage.not_found")]
    public async Task Unknown_roots_and_files_are_refused(string? root, string path, int status, string code)
    {
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsJsonAsync("/api/v1/ingestion/register", new { root, path }), status, code);
    }

    [Fact]
    public async Task Links_out_and_playlists_below_a_root_fail_alone_and_are_named()
    {
        await served.PostAsync("/api/v1/ingestion/register", new { root = "footage", path = "" });
        List<(string Path, string Code)> failures;
        do
        {
            await Task.Delay(100, Soon);
            failures = [.. (await served.GetAsync("/api/v1/ingestion")).GetProperty("failures").EnumerateArray().Select(f => (Path.GetFileName(f.GetProperty("path").GetString()!), f.GetProperty("code").GetString()!))];
        }
        while (!failures.Any(f => f.Path == "linked.mp4") || !failures.Any(f => f.Path == "list.mp4"));
        Assert.Contains(failures, f => f is { Path: "secret.mp4" or "linked.mp4", Code: "footage.unreadable" });
        Assert.All((await served.GetAsync("/api/v1/videos")).GetProperty("videos").EnumerateArray(), video => Assert.DoesNotContain("secret", video.GetProperty("path").GetString()!));
    }

    [Fact]
    public async Task Uploads_are_checked_by_name_content_and_size()
    {
        await ServedSamples.AssertProblemAsync(await served.Http.PostAsync("/api/v1/uploads?name=x.mp4", new StringContent("#EXTM3U\nhttp://example.invalid/x.ts\n")), 415, "footage.not_a_video");
        foreach (var name in (string[])["", "..", ".hidden.mp4", "a%00b.mp4", "a%0Ab.mp4"])
            await ServedSamples.AssertProblemAsync(await served.Http.PostAsync($"/api/v1/uploads?name={name}", new ByteArrayContent([])), 400, "request.invalid");
        var large = new byte[ServedSamples.MaximumUpload + 1];
        "ftyp"u8.CopyTo(large.AsSpan(4));
        await ServedSamples.AssertProblemAsync(await served.PostLargeAsync("/api/v1/uploads?name=x.mp4", large), 413, "limit.body");
    }

    [Fact]
    public async Task An_archive_is_paused_and_goes_on()
    {
        await served.PostAsync("/api/v1/ingestion/pause", new { });
        Assert.True((await served.GetAsync("/api/v1/ingestion")).GetProperty("paused").GetBoolean());
        await served.PostAsync("/api/v1/ingestion/resume", new { });
        Assert.False((await served.GetAsync("/api/v1/ingestion")).GetProperty("paused").GetBoolean());
        Assert.Equal(0, (await served.PostAsync("/api/v1/ingestion/retry", new { })).GetProperty("chunks").GetInt32());
    }
}
