using System.Text.Json;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Clusters;

/// <summary>`cluster` with a real Milvus: what it finds is held against what one process finds with the embedded index, which is exact.</summary>
public sealed class MilvusClusterTests(OneProcess alone)
{
    private const int Top = 10;

    private static readonly string[] Sentences =
    [
        "a cat", "a bottle on a table", "a car on a street", "a white wall", "a rabbit in a meadow", "a red car", "a tree", "a person", "a temple by a lake", "a rocket",
    ];

    [Theory]
    [InlineData("index=flat", 1.0)]
    [InlineData(null, 0.99)]
    public async Task Milvus_gives_the_digest_of_the_embedded_index_and_its_moments(string? options, double leastRecall)
    {
        Assert.SkipWhen(MilvusScripts.Missing is not null, MilvusScripts.Missing ?? "");
        await using var cluster = await RunningCluster.StartAsync(
            ["--workers", "2", "--slots", "1", "--milvus", MilvusScripts.Folder!, .. options is null ? Array.Empty<string>() : ["--milvus-options", options]]);
        Assert.Contains(cluster.Members, member => member.Name == "milvus");
        var into = await WholeProgram.RunAsync("ingest", OneProcess.Footage, "--archive", cluster.Archive);
        var (_, exitCode, digest) = await alone.IngestAsync();
        Assert.True(into.ExitCode == exitCode, into.Error + cluster.Said);
        Assert.Equal(digest, await InThisProcess.DigestAsync("--archive", cluster.Archive));
        Assert.False(Directory.Exists(Path.Combine(cluster.Archive, "index")), "vectors lie in the embedded index");

        var (found, wanted) = (0, 0);
        foreach (var sentence in Sentences)
        {
            var exact = Moment.ListOf(await alone.SearchAsync(sentence, Top));
            var near = Moment.ListOf(await cluster.SearchAsync(sentence, Top));
            if (leastRecall == 1)
            {
                // The embedded index scores bytes, Milvus floats: the scores differ a little, and near ties may change their places.
                const double tie = 0.002;
                Assert.Equal(exact.Select(moment => moment.Score), near.Select(moment => moment.Score), (one, other) => Math.Abs(one - other) < tie);
                var last = near.Min(moment => moment.Score);
                Assert.All(exact.ExceptBy(near.Select(moment => moment.Place), moment => moment.Place), moment => Assert.InRange(moment.Score, last - tie, last + tie));
            }
            (found, wanted) = (found + exact.Select(moment => moment.Place).Intersect(near.Select(moment => moment.Place)).Count(), wanted + exact.Count);
        }
        Assert.True(found >= leastRecall * wanted, $"{found} of {wanted} moments were found");

        Assert.Equal(0, await cluster.StopAsync());
        Assert.Empty(cluster.Left());

        var without = await WholeProgram.RunAsync("cluster", "--directory", cluster.Directory, "--milvus", "none");
        Assert.Equal(3, without.ExitCode);
        Assert.Contains("name the folder of its scripts with --milvus", without.Error, StringComparison.Ordinal);
    }

    /// <param name="Place">Video, start and end.</param>
    internal sealed record Moment((string, double, double) Place, double Score)
    {
        public static IReadOnlyList<Moment> ListOf(JsonElement moments) => [.. moments.EnumerateArray().Select(moment => new Moment(
            (moment.GetProperty("videoId").GetString()!, moment.GetProperty("start").GetDouble(), moment.GetProperty("end").GetDouble()), moment.GetProperty("score").GetDouble()))];
    }
}
