using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using ClusterSearch.Archive;
using ClusterSearch.Core;
using ClusterSearch.Gateway.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterSearch.Gateway.Tests;

/// <summary>What one caller may take of a gateway, and what is left of a request when it ends early.</summary>
public sealed class LimitsTests(ServedSamples served)
{
    private static readonly object Cat = new { parts = new[] { new { kind = "text", text = "a cat" } } };
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task More_searches_than_may_wait_are_told_to_come_again()
    {
        var (search, hold) = HeldSearch.Over(served.Search, null, nameof(ISearch.SearchAsync));
        await using var gateway = await StartAsync(search, options => options with { MaximumConcurrency = 2, MaximumWaiting = 1 });
        using var http = Client(gateway);
        using var leave = new CancellationTokenSource();
        // Two are worked on and one waits: of four, one is refused.
        var waiting = await AllButTheRefusedAsync(http, 4, leave.Token);
        await UntilAsync(() => hold.Calls.Count == 2);
        // Everything else is answered meanwhile.
        using var videos = await http.GetAsync("/api/v1/videos");
        Assert.Equal(HttpStatusCode.OK, videos.StatusCode);
        await leave.CancelAsync();
        await Task.WhenAll(waiting.Select(one => Assert.ThrowsAnyAsync<OperationCanceledException>(() => one)));
        await UntilAsync(() => hold.Calls.All(call => call.IsCancellationRequested));
    }

    [Fact]
    public async Task One_caller_does_not_fill_all_places_to_wait()
    {
        var (search, hold) = HeldSearch.Over(served.Search, null, nameof(ISearch.SearchAsync));
        var (one, first) = ApiKeys.None.Add("one", Role.Read, DateTimeOffset.UnixEpoch);
        var (both, second) = one.Add("two", Role.Read, DateTimeOffset.UnixEpoch);
        await using var gateway = await StartAsync(search, options => options with { Keys = both, MaximumConcurrency = 1, MaximumWaiting = 4 });
        using var greedy = Client(gateway);
        using var other = Client(gateway);
        greedy.DefaultRequestHeaders.Authorization = new("Bearer", first);
        other.DefaultRequestHeaders.Authorization = new("Bearer", second);
        using var leave = new CancellationTokenSource();
        // One is worked on and two wait: that is a caller's share, though four may wait.
        var waiting = await AllButTheRefusedAsync(greedy, 4, leave.Token);
        // The places that are left are for somebody else: two of three.
        waiting.AddRange(await AllButTheRefusedAsync(other, 3, leave.Token));
        Assert.Single(hold.Calls);
        await leave.CancelAsync();
        await Task.WhenAll(waiting.Select(asking => Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking)));
    }

    [Fact]
    public async Task A_search_that_takes_too_long_is_given_up()
    {
        var (search, hold) = HeldSearch.Over(served.Search, null, nameof(ISearch.SearchAsync), nameof(ISearch.ScoreCurveAsync));
        await using var gateway = await StartAsync(search, options => options with { SearchTimeout = TimeSpan.FromMilliseconds(200) });
        using var http = Client(gateway);
        await ServedSamples.AssertProblemAsync(await http.PostAsJsonAsync("/api/v1/search", Cat), 503, "limit.time");
        await ServedSamples.AssertProblemAsync(await http.PostAsJsonAsync($"/api/v1/videos/{await served.VideoAsync("bunny.mp4")}/scores", Cat), 503, "limit.time");
        Assert.All(hold.Calls, call => Assert.True(call.IsCancellationRequested));
    }

    [Theory]
    [InlineData(nameof(ISearch.SearchAsync), "POST", "/api/v1/search")]
    [InlineData(nameof(ISearch.StreamAsync), "GET", "/api/v1/videos/{bunny}/stream?transcode=true")]
    [InlineData(nameof(ISearch.WriteClipAsync), "GET", "/api/v1/videos/{bunny}/clip?start=0&end=1")]
    [InlineData(nameof(ISearch.ThumbnailAsync), "GET", "/api/v1/videos/{bunny}/frame?t=3.21")]
    [InlineData(nameof(ISearch.WriteContactSheetAsync), "GET", "/api/v1/videos/{bunny}/sheet")]
    public async Task Work_ends_when_whoever_asked_for_it_goes_away(string call, string method, string path)
    {
        var (search, hold) = HeldSearch.Over(served.Search, null, call);
        await using var gateway = await StartAsync(search);
        using var http = Client(gateway);
        using var leave = new CancellationTokenSource();
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{bunny}", await served.VideoAsync("bunny.mp4"), StringComparison.Ordinal));
        if (method == "POST") request.Content = JsonContent.Create(Cat);
        var asking = http.SendAsync(request, HttpCompletionOption.ResponseContentRead, leave.Token);
        await UntilAsync(() => hold.Calls.Count == 1);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await UntilAsync(() => hold.Calls[0].IsCancellationRequested);
    }

    [Fact]
    public async Task Guessing_keys_is_stopped_after_ten_tries_a_minute()
    {
        await using var gateway = await StartAsync(served.Search, options => options with { Keys = ApiKeys.None.Add("one", Role.Read, DateTimeOffset.UnixEpoch).Keys });
        using var http = Client(gateway);
        for (var i = 0; i < 10; i++)
            await ServedSamples.AssertProblemAsync(await http.PostAsJsonAsync("/api/v1/session", new { key = $"cs_{i}" }), 401, "access.key_wrong");
        await ServedSamples.AssertProblemAsync(await http.PostAsJsonAsync("/api/v1/session", new { key = "cs_11" }), 429, "limit.rate");
    }

    [Fact]
    public async Task A_fault_of_the_gateway_tells_the_caller_nothing_and_its_log_no_key_no_query_and_no_body()
    {
        var (search, _) = HeldSearch.Over(served.Search, new InvalidOperationException("the inside of it"), nameof(ISearch.SearchAsync));
        using var logs = new KeptLogs();
        var (keys, secret) = ApiKeys.None.Add("one", Role.Admin, DateTimeOffset.UnixEpoch);
        await using var gateway = await StartAsync(search, options => options with { Keys = keys }, logs);
        using var http = Client(gateway);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/search?token=in-the-address") { Content = JsonContent.Create(new { parts = new[] { new { kind = "text", text = "a private question" } } }) };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {secret}");
        using var answer = await http.SendAsync(request);
        Assert.DoesNotContain("the inside of it", await answer.Content.ReadAsStringAsync());
        await ServedSamples.AssertProblemAsync(answer, 500, "internal");
        using var login = await http.PostAsJsonAsync("/api/v1/session", new { key = secret });
        var cookie = login.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=')[1];
        var text = logs.Text;
        Assert.Contains("api/v1/search", text);
        foreach (var hidden in (string[])[secret, secret[3..], cookie, "a private question", "in-the-address"]) Assert.DoesNotContain(hidden, text);
    }

    [Fact]
    public async Task A_client_that_drips_is_cut_off()
    {
        var address = served.Http.BaseAddress!;
        await UntilCutOffAsync($"POST /api/v1/search HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{");
        await ServedSamples.AssertProblemAsync(await served.Http.GetAsync("/api/v1/videos/x"), 404, "video.not_found");
    }

    [Fact]
    public async Task An_upload_that_does_not_come_whole_is_not_kept()
    {
        var address = served.Http.BaseAddress!;
        bool IsThere() => Directory.Exists(served.UploadDirectory) && Directory.EnumerateFiles(served.UploadDirectory, "torn.mp4", SearchOption.AllDirectories).Any();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(address.Host, address.Port);
            var head = Encoding.ASCII.GetBytes($"POST /api/v1/uploads?name=torn.mp4 HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Length: 100000\r\n\r\n\0\0\0\u0018ftypisom");
            await client.GetStream().WriteAsync(head.Concat(new byte[4000]).ToArray());
            await UntilAsync(IsThere);
        }
        await UntilAsync(() => !IsThere());
    }

    [Fact]
    public async Task A_clip_that_cannot_be_cut_stands_in_the_ZIP_as_what_was_wrong()
    {
        var (search, _) = HeldSearch.Over(served.Search, new ClusterSearchException(ErrorCodes.FootageDecode, "nothing can be decoded here"), nameof(ISearch.WriteClipAsync));
        await using var gateway = await StartAsync(search);
        using var http = Client(gateway);
        using var response = await http.PostAsJsonAsync("/api/v1/clips", new { moments = new[] { new { videoId = await served.VideoAsync("bunny.mp4"), start = 0, end = 1 } } });
        await using var stream = await response.Content.ReadAsStreamAsync();
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
        using var reader = new StreamReader(Assert.Single(zip.Entries).Open());
        Assert.Equal("001-failed.txt", zip.Entries[0].Name);
        Assert.Equal("nothing can be decoded here\n", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Documents_are_compressed_and_pictures_and_events_are_not()
    {
        async Task<string?> EncodingOfAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "br, gzip");
            using var answer = await served.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return answer.Content.Headers.ContentEncoding.SingleOrDefault();
        }
        var video = await served.VideoAsync("bunny.mp4");
        Assert.Equal("br", await EncodingOfAsync("/api/v1/videos"));
        Assert.Equal("br", await EncodingOfAsync("/page.js"));
        Assert.Null(await EncodingOfAsync($"/api/v1/videos/{video}/frame?t=1"));
        Assert.Null(await EncodingOfAsync($"/api/v1/videos/{video}/stream"));
        Assert.Null(await EncodingOfAsync("/api/v1/ingestion/events"));
    }

    /// <summary>Sends this, then a byte every half second, until the connection is closed from the other side.</summary>
    private async Task UntilCutOffAsync(string text)
    {
        var address = served.Http.BaseAddress!;
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(address.Host, address.Port);
        using var deadline = new CancellationTokenSource(Deadline);
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), deadline.Token);
            while (true)
            {
                await Task.Delay(500, deadline.Token);
                await client.GetStream().WriteAsync("x"u8.ToArray(), deadline.Token);
            }
        });
    }

    /// <summary>Asks so often at once, of which one is told to come again; the others wait.</summary>
    private static async Task<List<Task<HttpResponseMessage>>> AllButTheRefusedAsync(HttpClient http, int asked, CancellationToken leave)
    {
        var asking = Enumerable.Range(0, asked).Select(_ => http.PostAsJsonAsync("/api/v1/search", Cat, leave)).ToList();
        var refused = await Task.WhenAny(asking).WaitAsync(Deadline, leave);
        await ServedSamples.AssertProblemAsync(await refused, 429, "limit.busy");
        asking.Remove(refused);
        return asking;
    }

    private static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!await isSo()) await Task.Delay(20, deadline.Token);
    }

    private Task<GatewayServer> StartAsync(ISearch search, Func<GatewayOptions, GatewayOptions>? with = null, ILoggerFactory? logs = null)
    {
        var options = new GatewayOptions { Addresses = ["http://127.0.0.1:0"] };
        return GatewayServer.StartAsync(with?.Invoke(options) ?? options, search, served.Ingestion, served.Working, logs ?? NullLoggerFactory.Instance, CancellationToken.None);
    }

    private static HttpClient Client(GatewayServer gateway) => new() { BaseAddress = new Uri(gateway.Addresses.First()) };

    /// <summary>Everything that is logged, at every level.</summary>
    private sealed class KeptLogs : ILoggerFactory, ILogger
    {
        private readonly StringBuilder _text = new();

        public string Text
        {
            get
            {
                lock (_text) return _text.ToString();
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_text) _text.AppendLine($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
