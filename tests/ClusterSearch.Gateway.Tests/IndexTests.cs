using System.Net.Http.Json;
using System.Text.Json;
using ClusterSearch.Archive;
using ClusterSearch.Gateway.Security;
using ClusterSearch.Index;
using ClusterSearch.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterSearch.Gateway.Tests;

/// <summary>What a caller may ask of the index and learns of it, over an archive that it need not search exactly.</summary>
public sealed class IndexTests : IDisposable
{
    // As an archive of thousands of hours is searched.
    private static readonly EmbeddedIndexOptions ByCodes = new() { ExactPieces = 0, ExactShare = int.MaxValue };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_search_is_exact_where_it_is_asked_for_and_on_all_its_pages()
    {
        await using var archive = await IngestedAsync("garden-walk.mp4");
        await using var gateway = await ServeAsync(archive, ApiKeys.None);
        using var http = new HttpClient { BaseAddress = new Uri(gateway.Addresses.First()) };
        var byCodes = await PostAsync(http, new { parts = Cat, limit = 1, explain = true });
        var exact = await PostAsync(http, new { parts = Cat, limit = 1, explain = true, exact = true });
        Assert.Contains(Explanation(byCodes), line => line.StartsWith("index: by codes of units, ", StringComparison.Ordinal));
        Assert.Contains(Explanation(exact), line => line.StartsWith("index: exact, by means: ", StringComparison.Ordinal));
        // A cursor stands for the request that it came from, whatever is sent beside it.
        var nextByCodes = await PostAsync(http, new { cursor = byCodes.GetProperty("nextCursor").GetString(), limit = 1, explain = true, exact = true });
        var nextExact = await PostAsync(http, new { cursor = exact.GetProperty("nextCursor").GetString(), limit = 1, explain = true });
        Assert.Contains(Explanation(nextByCodes), line => line.StartsWith("index: by codes of units, ", StringComparison.Ordinal));
        Assert.Contains(Explanation(nextExact), line => line.StartsWith("index: exact, by means: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_block_of_the_index_is_told_to_readers_without_saying_where_it_lies()
    {
        string segment;
        await using (var archive = await IngestedAsync("garden-walk.mp4", "bunny.mp4"))
        {
            await using var gateway = await ServeAsync(archive, ApiKeys.None);
            using var http = new HttpClient { BaseAddress = new Uri(gateway.Addresses.First()) };
            Assert.False((await PostAsync(http, new { parts = Cat })).GetProperty("coverage").TryGetProperty("damagedParts", out _));
            segment = (await archive.SegmentsAsync()).MaxBy(path => new FileInfo(path).Length)!;
        }
        IndexFiles.DamageSamples(segment);

        await using var damaged = await OpenedArchive.OpenAsync(_directory.File("archive"), ByCodes);
        var (keys, secret) = ApiKeys.None.Add("reader", Role.Read, DateTimeOffset.UnixEpoch);
        await using var keyed = await ServeAsync(damaged, keys);
        using var reader = new HttpClient { BaseAddress = new Uri(keyed.Addresses.First()), DefaultRequestHeaders = { Authorization = new("Bearer", secret) } };
        foreach (var exact in (bool[])[false, true])
        {
            var answer = await PostAsync(reader, new { parts = Cat, explain = true, exact });
            var part = Assert.Single(answer.GetProperty("coverage").GetProperty("damagedParts").EnumerateArray()).GetString()!;
            Assert.Matches($"^{Path.GetFileName(segment)}: a whole index file was expected, the checksum of block [0-9]+ of its samples differs; run `clustersearch verify --repair`$", part);
            Assert.Contains($"left out: {part}", Explanation(answer));
            Assert.DoesNotContain(damaged.Options.IndexDirectory, answer.GetRawText());
        }
    }

    private static object[] Cat { get; } = [new { kind = "text", text = "a cat" }];

    private async Task<OpenedArchive> IngestedAsync(params string[] samples)
    {
        var archive = await OpenedArchive.OpenAsync(_directory.File("archive"), ByCodes);
        await archive.Ingestion.IngestAsync(
            new IngestRequest { Paths = [.. samples.Select(name => Path.Combine(TestAssets.Samples, name))] }, new Progress<IngestProgress>(), CancellationToken.None);
        return archive;
    }

    private Task<GatewayServer> ServeAsync(OpenedArchive archive, ApiKeys keys) => GatewayServer.StartAsync(
        new GatewayOptions { Addresses = ["http://127.0.0.1:0"], Keys = keys, UploadDirectory = _directory.File("uploads") },
        archive.Search, archive.Ingestion, archive.Working, NullLoggerFactory.Instance, CancellationToken.None);

    private static async Task<JsonElement> PostAsync(HttpClient http, object body)
    {
        using var response = await http.PostAsJsonAsync("/api/v1/search", body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static IEnumerable<string> Explanation(JsonElement answer) => answer.GetProperty("explanation").EnumerateArray().Select(line => line.GetString()!);
}
