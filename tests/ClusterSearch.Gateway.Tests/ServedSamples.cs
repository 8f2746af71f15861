using System.Net.Http.Json;
using System.Text.Json;
using ClusterSearch.Archive;
using ClusterSearch.Gateway.Security;
using ClusterSearch.Index;
using ClusterSearch.Testing;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(ClusterSearch.Gateway.Tests.ServedSamples))]

namespace ClusterSearch.Gateway.Tests;

/// <summary>The repository's samples in a real archive, served over real HTTP: once without keys, once with a key of each role.</summary>
public sealed class ServedSamples : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private OpenedArchive? _archive;
    private GatewayServer? _open;
    private GatewayServer? _keyed;

    /// <summary>A gateway on loopback without keys.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>A gateway with keys, without one sent.</summary>
    public HttpClient Keyed { get; private set; } = null!;

    public Dictionary<Role, string> Secrets { get; } = [];

    public ISearch Search => _archive!.Search;

    public IIngestion Ingestion => _archive!.Ingestion;

    public IWorking Working => _archive!.Working;

    public string UploadDirectory => Path.Combine(_directory.Path, "uploads");

    /// <summary>The directory that "footage" names: a copy of one sample, a link out of it, and a playlist.</summary>
    public string Root => Path.Combine(_directory.Path, "footage");

    public string Outside => Path.Combine(_directory.Path, "outside");

    public const long MaximumUpload = 4 << 20;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(Outside);
        File.Copy(Path.Combine(TestAssets.Samples, "bunny.mp4"), Path.Combine(Outside, "secret.mp4"));
        File.CreateSymbolicLink(Path.Combine(Root, "way-out"), Outside);
        Directory.CreateDirectory(Path.Combine(Root, "linked"));
        File.CreateSymbolicLink(Path.Combine(Root, "linked", "linked.mp4"), Path.Combine(Outside, "secret.mp4"));
        await File.WriteAllTextAsync(Path.Combine(Root, "list.mp4"), $"#EXTM3U\n#EXTINF:5,\nfile://{Path.Combine(Outside, "secret.mp4")}\n");

        _archive = await OpenedArchive.OpenAsync(_directory.File("archive"), new EmbeddedIndexOptions());
        await Ingestion.IngestAsync(new IngestRequest { Paths = [TestAssets.Samples], Camera = "roof" }, new Progress<IngestProgress>(), CancellationToken.None);

        var keys = ApiKeys.None;
        foreach (var role in Enum.GetValues<Role>())
        {
            (keys, var secret) = keys.Add(role.ToString(), role, DateTimeOffset.UnixEpoch);
            Secrets[role] = secret;
        }
        var gateway = new GatewayOptions
        {
            Addresses = ["http://127.0.0.1:0"],
            Roots = new Dictionary<string, string> { ["footage"] = Root },
            UploadDirectory = UploadDirectory,
            MaximumUploadBytes = MaximumUpload,
            MaximumBodyBytes = 1 << 20,
            IndexDirectory = _archive.Options.IndexDirectory,
            Version = "1.2.3",
        };
        _open = await GatewayServer.StartAsync(gateway, Search, Ingestion, Working, NullLoggerFactory.Instance, CancellationToken.None);
        _keyed = await GatewayServer.StartAsync(gateway with { Keys = keys }, Search, Ingestion, Working, NullLoggerFactory.Instance, CancellationToken.None);
        Http = new HttpClient { BaseAddress = new Uri(_open.Addresses.First()) };
        Keyed = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(_keyed.Addresses.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Keyed.Dispose();
        if (_open is not null) await _open.DisposeAsync();
        if (_keyed is not null) await _keyed.DisposeAsync();
        if (_archive is not null) await _archive.DisposeAsync();
        _directory.Dispose();
    }

    public async Task<string> VideoAsync(string name) =>
        (await GetAsync("/api/v1/videos")).GetProperty("videos").EnumerateArray().Single(video => video.GetProperty("video").GetString() == name).GetProperty("videoId").GetString()!;

    public async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await Http.PostAsJsonAsync(path, body);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Sends only after the gateway has said that it wants it.</summary>
    public Task<HttpResponseMessage> PostLargeAsync(string path, byte[] content) =>
        Http.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(content), Headers = { ExpectContinue = true } });

    /// <summary>Asks for a problem: status and stable code, as problem+json with a line for a person.</summary>
    public static async Task AssertProblemAsync(HttpResponseMessage response, int status, string code)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode == status, $"expected {status}, found {(int)response.StatusCode} {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var problem = JsonSerializer.Deserialize<JsonElement>(text);
            Assert.Equal((code, status), (problem.GetProperty("code").GetString(), problem.GetProperty("status").GetInt32()));
            Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()));
            Assert.DoesNotContain('\n', problem.GetProperty("detail").GetString()!);
        }
    }
}
