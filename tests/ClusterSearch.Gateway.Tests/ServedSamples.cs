using System.Net.Http.Json;
using System.Text.Json;
using ClusterSearch.Archive;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Archive.Working;
using ClusterSearch.Catalog;
using ClusterSearch.Embedding;
using ClusterSearch.Gateway.Security;
using ClusterSearch.Index;
using ClusterSearch.Media;
using ClusterSearch.Testing;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(ClusterSearch.Gateway.Tests.ServedSamples))]

namespace ClusterSearch.Gateway.Tests;

/// <summary>The repository's samples in a real archive, served over real HTTP: once without keys, once with a key of each role.</summary>
public sealed class ServedSamples : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteCatalog? _catalog;
    private EmbeddedVectorStore? _vectors;
    private SearchEngine? _search;
    private GatewayServer? _open;
    private GatewayServer? _keyed;

    /// <summary>A gateway on loopback without keys.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>A gateway with keys, without one sent.</summary>
    public HttpClient Keyed { get; private set; } = null!;

    public Dictionary<Role, string> Secrets { get; } = [];

    public ISearch Search => _search!;

    public IIngestion Ingestion { get; private set; } = null!;

    public IWorking Working { get; private set; } = null!;

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

        var options = new ArchiveOptions { Directory = Path.Combine(_directory.Path, "archive"), DefaultModelDirectory = TestAssets.StarterModel };
        Directory.CreateDirectory(options.Directory);
        _catalog = await SqliteCatalog.OpenAsync(options.CatalogPath, new SqliteCatalogOptions(), CancellationToken.None);
        _vectors = await EmbeddedVectorStore.OpenAsync(options.IndexDirectory, _catalog.Manifests, new EmbeddedIndexOptions(), CancellationToken.None);
        var ports = new ArchivePorts
        {
            Catalog = _catalog,
            Vectors = _vectors,
            RawVectors = new DirectoryRawVectorStore(options.VectorDirectory),
            Footage = new FfmpegFootageReader(new MediaOptions()),
            Models = new ModelLoader(),
        };
        Ingestion = new IngestionEngine(ports, options);
        Working = new WorkingEngine(ports, options);
        _search = new SearchEngine(ports, options);
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
            IndexDirectory = options.IndexDirectory,
            Version = "1.2.3",
        };
        _open = await GatewayServer.StartAsync(gateway, _search, Ingestion, Working, NullLoggerFactory.Instance, CancellationToken.None);
        _keyed = await GatewayServer.StartAsync(gateway with { Keys = keys }, _search, Ingestion, Working, NullLoggerFactory.Instance, CancellationToken.None);
        Http = new HttpClient { BaseAddress = new Uri(_open.Addresses.First()) };
        Keyed = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(_keyed.Addresses.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Keyed.Dispose();
        if (_open is not null) await _open.DisposeAsync();
        if (_keyed is not null) await _keyed.DisposeAsync();
        _search?.Dispose();
        if (_vectors is not null) await _vectors.DisposeAsync();
        if (_catalog is not null) await _catalog.DisposeAsync();
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
