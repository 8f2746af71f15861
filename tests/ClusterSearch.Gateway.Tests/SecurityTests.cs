using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Gateway.Security;
using ClusterSearch.Testing;

namespace ClusterSearch.Gateway.Tests;

public sealed class SecurityTests(ServedSamples served)
{
    [Theory]
    [InlineData("http://0.0.0.0:8420")]
    [InlineData("http://192.168.1.5:8420")]
    [InlineData("http://*:8420")]
    public void Another_address_than_loopback_wants_keys(string address)
    {
        var fault = Assert.Throws<ClusterSearchException>(() => new GatewayOptions { Addresses = [address] }.Validate());
        Assert.Contains("keys add", fault.Message);
        new GatewayOptions { Addresses = [address], Keys = ApiKeys.None.Add("one", Role.Read, DateTimeOffset.UnixEpoch).Keys }.Validate();
    }

    [Fact]
    public void Keys_are_kept_as_hashes_for_this_user_alone()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "keys.json");
        var (keys, secret) = ApiKeys.None.Add("editors", Role.Read, DateTimeOffset.UnixEpoch);
        keys.Write(path);
        Assert.DoesNotContain(secret, File.ReadAllText(path));
        Assert.DoesNotContain(secret[3..], File.ReadAllText(path));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var read = ApiKeys.Read(path);
        Assert.Equal("editors", read.Find(secret)?.Name);
        Assert.Null(read.Find(secret + "0"));
        Assert.Null(read.Remove("editors").Find(secret));
        Assert.Throws<ClusterSearchException>(() => read.Add("editors", Role.Admin, DateTimeOffset.UnixEpoch));
    }

    [Theory]
    [InlineData("GET", "/api/v1/videos")]
    [InlineData("GET", "/api/v1/operations")]
    [InlineData("GET", "/api/v1/about")]
    [InlineData("GET", "/metrics")]
    [InlineData("POST", "/api/v1/search")]
    [InlineData("POST", "/api/v1/uploads?name=x.mp4")]
    [InlineData("DELETE", "/api/v1/videos/00000000000000000000000000000000")]
    public async Task Without_a_key_nothing_of_the_archive_is_told(string method, string path)
    {
        await ServedSamples.AssertProblemAsync(await served.Keyed.SendAsync(new HttpRequestMessage(new HttpMethod(method), path)), 401, "access.key_needed");
        using var wrong = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "cs_wrong") } };
        await ServedSamples.AssertProblemAsync(await served.Keyed.SendAsync(wrong), 401, "access.key_needed");
    }

    [Theory]
    [InlineData(Role.Read, "POST", "/api/v1/ingestion/pause")]
    [InlineData(Role.Read, "POST", "/api/v1/ingestion/register")]
    [InlineData(Role.Read, "POST", "/api/v1/ingestion/retry")]
    [InlineData(Role.Read, "POST", "/api/v1/uploads?name=x.mp4")]
    [InlineData(Role.Read, "DELETE", "/api/v1/videos/00000000000000000000000000000000")]
    [InlineData(Role.Ingest, "DELETE", "/api/v1/videos/00000000000000000000000000000000")]
    [InlineData(Role.Ingest, "POST", "/api/v1/encodings/x/use")]
    [InlineData(Role.Ingest, "DELETE", "/api/v1/encodings/x")]
    public async Task A_key_does_what_its_role_allows_and_no_more(Role role, string method, string path)
    {
        await ServedSamples.AssertProblemAsync(await SendAsync(role, method, path), 403, "access.role");
        using var allowed = await SendAsync(role, "GET", "/api/v1/videos");
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    [Fact]
    public async Task The_page_logs_in_once_and_its_cookie_alone_changes_nothing()
    {
        await ServedSamples.AssertProblemAsync(await served.Keyed.PostAsJsonAsync("/api/v1/session", new { key = "cs_guess" }), 401, "access.key_wrong");
        using var login = await served.Keyed.PostAsJsonAsync("/api/v1/session", new { key = served.Secrets[Role.Admin] });
        Assert.Equal(HttpStatusCode.NoContent, login.StatusCode);
        var set = Assert.Single(login.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", set, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", set, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(served.Secrets[Role.Admin], set);
        var cookie = set.Split(';')[0];
        using (var read = await WithCookieAsync(HttpMethod.Get, "/api/v1/videos", cookie)) Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        await ServedSamples.AssertProblemAsync(await WithCookieAsync(HttpMethod.Post, "/api/v1/ingestion/retry", cookie), 403, "access.cross_site");
        using (var change = await WithCookieAsync(HttpMethod.Post, "/api/v1/ingestion/retry", cookie, "page")) Assert.Equal(HttpStatusCode.OK, change.StatusCode);
        using (var logout = await WithCookieAsync(HttpMethod.Delete, "/api/v1/session", cookie, "page")) Assert.Equal(HttpStatusCode.NoContent, logout.StatusCode);
        await ServedSamples.AssertProblemAsync(await WithCookieAsync(HttpMethod.Get, "/api/v1/videos", cookie), 401, "access.key_needed");
    }

    [Fact]
    public async Task Another_site_changes_nothing_even_without_keys()
    {
        foreach (var (header, value) in ((string, string)[])[("Origin", "http://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")])
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/ingestion/pause");
            request.Headers.TryAddWithoutValidation(header, value);
            await ServedSamples.AssertProblemAsync(served.Http.Send(request), 403, "access.cross_site");
        }
        using var answer = await served.Http.GetAsync("/api/v1/videos");
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_name_that_was_made_to_lead_here_is_turned_away()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/videos") { Headers = { Host = "rebound.example" } };
        await ServedSamples.AssertProblemAsync(await served.Http.SendAsync(request), 421, "access.host");
    }

    [Fact]
    public async Task The_page_is_served_under_a_policy_without_inline_script()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/library") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/html") } } };
        using var page = await served.Http.SendAsync(request);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        using var script = await served.Http.GetAsync("/page.js");
        Assert.Equal("text/javascript", script.Content.Headers.ContentType?.MediaType);
        await ServedSamples.AssertProblemAsync(await served.Http.GetAsync("/page-that-is-not.js"), 404, "request.unknown");
        await ServedSamples.AssertProblemAsync(await served.Http.GetAsync("/..%2F..%2Fetc%2Fpasswd"), 404, "request.unknown");
    }

    [Fact]
    public async Task One_who_drips_or_never_reads_holds_nobody_up()
    {
        var address = served.Http.BaseAddress!;
        var idle = new List<TcpClient>();
        for (var i = 0; i < 40; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(i % 2 == 0
                ? $"POST /api/v1/search HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"
                : $"GET /api/v1/videos/{await served.VideoAsync("garden-walk.mp4")}/stream HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"));
            idle.Add(client);
        }
        var answer = await served.PostAsync("/api/v1/search", new { parts = new[] { new { kind = "text", text = "a cat" } }, limit = 1 });
        Assert.Equal(1, answer.GetProperty("moments").GetArrayLength());
        idle.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Every_test_that_the_list_names_is_there()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(TestAssets.Repository, "docs", "security.md"));
        var rows = page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToList();
        var tests = typeof(SecurityTests).Assembly.GetTypes().SelectMany(type => type.GetMethods().Select(method => $"{type.Name}.{method.Name}")).ToHashSet(StringComparer.Ordinal);
        Assert.True(rows.Count > 20);
        Assert.All(rows, row => Assert.Matches(@"`\w+Tests\.\w+`|the same", row.Split('|')[3]));
        Assert.All(System.Text.RegularExpressions.Regex.Matches(page, @"`(\w+Tests\.\w+)`").Select(match => match.Groups[1].Value), name => Assert.Contains(name, tests));
    }

    [Fact]
    public async Task Health_metrics_and_figures_are_told()
    {
        Assert.Equal("live", (await served.GetAsync("/health/live")).GetProperty("status").GetString());
        Assert.Equal("ready", (await served.GetAsync("/health/ready")).GetProperty("status").GetString());
        await served.PostAsync("/api/v1/search", new { parts = new[] { new { kind = "text", text = "a cat" } } });
        var figures = await served.GetAsync("/api/v1/operations");
        Assert.True(figures.GetProperty("searches").GetInt64() > 0);
        Assert.True(figures.GetProperty("latency").GetProperty("p50").GetDouble() > 0);
        Assert.True(figures.GetProperty("index").GetProperty("bytes").GetInt64() > 0);
        Assert.False(figures.TryGetProperty("history", out _));
        Assert.True((await served.GetAsync("/api/v1/operations?history=true")).GetProperty("history").GetArrayLength() > 0);
        Assert.Contains("clustersearch_search_duration_seconds_count", await served.Http.GetStringAsync("/metrics"));
        var about = await served.GetAsync("/api/v1/about");
        Assert.Equal(("1.2.3", "admin"), (about.GetProperty("version").GetString(), about.GetProperty("role").GetString()));
        Assert.Single((await served.GetAsync("/api/v1/encodings")).GetProperty("encodings").EnumerateArray());
    }

    private Task<HttpResponseMessage> SendAsync(Role role, string method, string path) => served.Keyed.SendAsync(
        new HttpRequestMessage(new HttpMethod(method), path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", served.Secrets[role]) } });

    private Task<HttpResponseMessage> WithCookieAsync(HttpMethod method, string path, string cookie, string? header = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Cookie", cookie);
        if (header is not null) request.Headers.TryAddWithoutValidation("X-ClusterSearch", header);
        return served.Keyed.SendAsync(request);
    }
}
