using System.Diagnostics;
using System.Text.Json;
using ClusterSearch.Milvus.Tests.Server;
using ClusterSearch.Testing;

namespace ClusterSearch.Milvus.Tests;

/// <summary>The real program over Milvus, beside the same footage in the embedded index.</summary>
public sealed class ArchiveOverMilvusTests(SharedServer server) : IDisposable
{
    private static readonly string[] Queries = ["a cat", "a rabbit in the grass", "a flower"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Digest_and_moments_are_those_of_the_embedded_index_and_an_archive_can_move_both_ways()
    {
        Assert.SkipWhen(server.Address is null, MilvusServer.Missing ?? "");
        var (embedded, milvus) = (_directory.File("embedded"), _directory.File("milvus"));
        var footage = Path.Combine(TestAssets.Samples, "bunny.mp4");
        var place = $"milvus:{server.Address}?index=flat";
        await RunAsync("ingest", footage, "--archive", embedded, "--json");
        await RunAsync("ingest", footage, "--archive", milvus, "--vectors", place, "--json");

        // From here on the archive itself says where its vectors are.
        var (expected, found) = (await VerifyAsync(embedded), await VerifyAsync(milvus));
        Assert.Equal(expected, found);
        foreach (var query in Queries) await AssertFindsTheSameAsync(embedded, milvus, query);
        await AssertFindsTheSameAsync(embedded, milvus, Queries[0], "--exact");

        var (code, _, error) = await TryAsync("search", "a cat", "--archive", milvus, "--vectors", "embedded");
        Assert.Equal(2, code);
        Assert.Contains("reindex", error);

        await RunAsync("reindex", "--archive", milvus, "--vectors", "embedded", "--json");
        Assert.Equal(expected, await VerifyAsync(milvus));
        await RunAsync("reindex", "--archive", milvus, "--vectors", place, "--json");
        Assert.Equal(expected, await VerifyAsync(milvus));
        await AssertFindsTheSameAsync(embedded, milvus, Queries[0]);
    }

    /// <returns>The digest; nothing is wrong.</returns>
    private static async Task<string> VerifyAsync(string archive)
    {
        using var report = JsonDocument.Parse(await RunAsync("verify", "--digest", "--archive", archive, "--json"));
        Assert.Empty(report.RootElement.GetProperty("problems").EnumerateArray());
        return report.RootElement.GetProperty("digest").GetString()!;
    }

    /// <summary>The same moments. Scores as far as an embedded index that keeps short codes may be off: two that are as near may change places.</summary>
    private static async Task AssertFindsTheSameAsync(string embedded, string milvus, params string[] query)
    {
        const double tolerance = 0.005;
        var (expected, found) = (await SearchAsync(embedded, query), await SearchAsync(milvus, query));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, moment => Assert.Equal(moment.Value, found[moment.Key], tolerance));
    }

    /// <returns>Scores of moments by video, start and end.</returns>
    private static async Task<IReadOnlyDictionary<string, double>> SearchAsync(string archive, string[] query)
    {
        using var answer = JsonDocument.Parse(await RunAsync(["search", .. query, "--archive", archive, "--json"]));
        var moments = answer.RootElement.GetProperty("moments").EnumerateArray().ToList();
        Assert.NotEmpty(moments);
        return moments.ToDictionary(moment => string.Join(' ', new[] { "video", "start", "end" }.Select(name => moment.GetProperty(name).ToString())),
            moment => moment.GetProperty("score").GetDouble(), StringComparer.Ordinal);
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await TryAsync(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)} ended with {code}: {error}");
        return output;
    }

    private static async Task<(int Code, string Output, string Error)> TryAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [ProgramPath.ClusterSearch, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var variable in start.Environment.Keys.Where(name => name.StartsWith("CLUSTERSEARCH_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(variable);
        start.Environment["CLUSTERSEARCH_MODELS"] = Path.Combine(TestAssets.Repository, "models");
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
