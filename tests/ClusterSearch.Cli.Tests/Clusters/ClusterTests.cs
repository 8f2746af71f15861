using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Clusters;

/// <summary>`cluster` as its user sees it: real servers, workers and gateway, killed where it hurts.</summary>
public sealed class ClusterTests(OneProcess alone)
{
    private static readonly string[] Sentences = ["a cat", "a bottle on a table", "a car on a street", "a white wall"];

    [Fact]
    public async Task A_cluster_gives_the_digest_and_the_moments_of_one_process_though_each_of_its_members_is_killed()
    {
        await using var cluster = await RunningCluster.StartAsync("--workers", "2", "--slots", "1", "--root", $"footage={OneProcess.Footage}");
        var members = cluster.Members.ToList();
        Assert.Equal(["gateway", "postgresql", "worker", "worker"], members.Select(member => member.Name).Order());
        using (var register = await cluster.Client.PostAsJsonAsync("/api/v1/ingestion/register", new { root = "footage", path = "" }))
            Assert.True(register.IsSuccessStatusCode, await register.Content.ReadAsStringAsync());
        await cluster.UntilAsync("something is indexed", async () => (await ChunksAsync(cluster)).GetProperty("indexed").GetInt32() > 0);
        foreach (var member in new[] { "worker", "postgresql", "gateway" }) await RunningCluster.KillAsync(cluster.FirstProcessOf(member));
        // Registration was the gateway's: who killed it asks again.
        await cluster.UntilAsync("the gateway takes work again", async () =>
        {
            using var again = await cluster.Client.PostAsJsonAsync("/api/v1/ingestion/register", new { root = "footage", path = "" });
            return again.IsSuccessStatusCode;
        });
        var (archive, _, digest) = await alone.IngestAsync();
        var whole = (await InThisProcess.RunAsync("status", "--archive", archive, "--json")).Json.GetProperty("chunks").GetProperty("indexed").GetInt32();
        await cluster.UntilAsync("all is indexed", async () => (await ChunksAsync(cluster)).GetProperty("indexed").GetInt32() == whole);
        foreach (var member in new[] { "postgresql", "gateway" }) Assert.Contains($"{member}: killed by signal 9; started again", cluster.Said, StringComparison.Ordinal);
        Assert.Contains("killed by signal 9; another one is started", cluster.Said, StringComparison.Ordinal);

        Assert.Equal(digest, await InThisProcess.DigestAsync("--archive", cluster.Archive));
        foreach (var sentence in Sentences)
        {
            Assert.Equal(Moments(await alone.SearchAsync(sentence, 20)), Moments(await cluster.SearchAsync(sentence, 20)));
        }

        Assert.Equal(0, await cluster.StopAsync());
        Assert.Empty(cluster.Left());
    }

    [Fact]
    public async Task What_a_killed_cluster_leaves_behind_is_ended_by_stop_and_by_the_next_start()
    {
        await using var cluster = await RunningCluster.StartAsync("--workers", "1");
        await RunningCluster.KillAsync(cluster.SupervisorId);
        // Gateway and worker read the end of their lines; the server has no such line.
        await cluster.UntilAsync("gateway and worker are gone", () => Task.FromResult(!Alive(cluster, "gateway") && !Alive(cluster, "worker")));
        Assert.True(Alive(cluster, "postgresql"));
        var stop = await WholeProgram.RunAsync("cluster", "stop", "--directory", cluster.Directory);
        Assert.True(stop.ExitCode == 0, stop.Error);
        Assert.Empty(cluster.Left());
    }

    [Fact]
    public async Task Two_clusters_in_one_directory_a_missing_bundle_and_nonsense_are_refused_in_one_line()
    {
        await using var cluster = await RunningCluster.StartAsync("--workers", "1");
        var second = await WholeProgram.RunAsync("cluster", "--directory", cluster.Directory);
        Assert.Equal(3, second.ExitCode);
        Assert.Contains("a cluster runs there already", second.Error, StringComparison.Ordinal);
        foreach (var (arguments, complaint) in new (string[], string)[]
        {
            (["--workers", "0"], "--workers"), (["--urls", "ftp://x"], "--urls"), (["--root", "nowhere"], "--root"), (["--otlp", "collector"], "--otlp"),
        })
        {
            var refused = await WholeProgram.RunAsync(["cluster", "--directory", cluster.Directory, .. arguments]);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains(complaint, refused.Error, StringComparison.Ordinal);
        }
        var nobody = await WholeProgram.RunAsync("cluster", "stop", "--directory", Path.Combine(cluster.Directory, "elsewhere"));
        Assert.Equal(0, nobody.ExitCode);
        Assert.Contains("no cluster runs", nobody.Error, StringComparison.Ordinal);
    }

    private static bool Alive(RunningCluster cluster, string member) => cluster.Left().Contains(cluster.FirstProcessOf(member));

    private static async Task<JsonElement> ChunksAsync(RunningCluster cluster) =>
        (await cluster.Client.GetFromJsonAsync<JsonElement>("/api/v1/operations")).GetProperty("chunks");

    private static IReadOnlyList<string> Moments(JsonElement moments) => [.. moments.EnumerateArray().Select(moment => string.Create(CultureInfo.InvariantCulture,
        $"{moment.GetProperty("videoId").GetString()} {moment.GetProperty("start").GetDouble()} {moment.GetProperty("end").GetDouble()} {moment.GetProperty("score").GetDouble()}"))];
}
