using ClusterSearch.Archive;
using ClusterSearch.Archive.Working;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Hosting;
using ClusterSearch.Testing;

namespace ClusterSearch.Grains.Tests.Processes;

/// <summary>Tests with processes of their own that need the whole machine.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Real silos and a gateway, each on a host of its own, over TLS, with PostgreSQL, ffmpeg and the starter model; a link is cut and healed in mid-ingest.</summary>
[Collection(nameof(Alone))]
public sealed class CutLinkTests
{
    [Fact]
    public async Task A_link_cut_and_healed_in_mid_ingest_loses_nothing_and_doubles_nothing()
    {
        if (PostgresServer.Missing is { } reason) Assert.Skip(reason);
        using var directory = new TemporaryDirectory();
        await using var server = await PostgresServer.CreateAsync();
        if (await OrleansScripts.TryApplyAsync(server.ConnectionString) is { } noScripts) Assert.Skip(noScripts);
        var (hosts, refused) = await Hosts.TryCreateAsync("a", "b", "g");
        if (hosts is null) Assert.Skip(refused!);
        await using (hosts)
        {
            using var door = new CuttingProxy(server.Port, hosts.Outside);
            using var authority = new Authority(directory.File("tls"), "authority");
            var archive = directory.File("archive");
            var catalog = server.ConnectionString.Replace($"Host=127.0.0.1;Port={server.Port}", $"Host={hosts.Outside};Port={door.Port}", StringComparison.Ordinal);
            await using var seen = await Catalogs.OpenAsync(server.ConnectionString, archive, createIfMissing: true, CancellationToken.None);
            var slow = SlowFfmpeg(directory.File("bin"));

            Member Silo(string host) => Member.Start(Hosts.On(host), slow, ["--archive", archive, "--catalog", catalog, "--address", hosts.AddressOf(host).ToString(),
                "--embed", "always", "--slots", "1", "--lease", "4s", "--health", "none", .. authority.Sign(host)]);

            var a = Silo("a");
            await using var b = Silo("b");
            try
            {
                await a.UntilSaysAsync("is in cluster");
                await b.UntilSaysAsync("is in cluster");
                await using var gateway = Member.Start(Hosts.On("g"), null, ["--role", "gateway", "--archive", archive, "--catalog", catalog,
                    "--root", $"samples={TestAssets.Samples}", "--uploads", "none", "--urls", "http://127.0.0.1:8420", .. authority.Sign("g")]);
                await gateway.UntilSaysAsync("serves");
                await RegisterAsync("g");
                var cut = a.Id;
                await Eventually.TrueAsync("a is at work", async () =>
                    (await seen.ListWorkersAsync(CancellationToken.None)).Any(worker => worker.Report.ProcessId == cut && worker.Report.State == WorkerState.Working));

                await hosts.CutAsync("a");
                // Longer than a lease: what a held is done by b.
                await Eventually.TrueAsync("its lease is taken over", async () => (await seen.StatusAsync(null, CancellationToken.None)).Takeovers > 0);
                await hosts.HealAsync("a");
                if (a.HasEnded)
                {
                    // Declared dead meanwhile; a supervisor would do the same.
                    await a.DisposeAsync();
                    a = Silo("a");
                }
                await Eventually.TrueAsync("all is indexed", async () =>
                    (await seen.StatusAsync(null, CancellationToken.None)).Chunks is var chunks && chunks.Values.Sum() > 0 && chunks.GetValueOrDefault(ChunkState.Indexed) == chunks.Values.Sum());
                await RequireDigestAsync(archive, server.ConnectionString, directory.File("reference"));
                await RequireFoundAsync("g");
            }
            catch (Exception fault) when (fault is not Xunit.Sdk.IAssertionException)
            {
                throw new InvalidOperationException($"a: {a.Said}\nb: {b.Said}", fault);
            }
            finally
            {
                await a.DisposeAsync();
            }
        }
    }

    private static async Task RegisterAsync(string host)
    {
        var (exitCode, said) = await OrleansScripts.RunAsync("ip", [.. Hosts.On(host)[1..], "curl", "-sf", "-X", "POST", "-H", "content-type: application/json",
            "-d", """{"root":"samples","path":""}""", "http://127.0.0.1:8420/api/v1/ingestion/register"], CancellationToken.None);
        Assert.True(exitCode == 0, said);
    }

    /// <summary>Shards come up again where they can; then the answer is whole.</summary>
    private static Task RequireFoundAsync(string host) => Eventually.TrueAsync("the gateway finds in all of it", async () =>
    {
        var (exitCode, said) = await OrleansScripts.RunAsync("ip", [.. Hosts.On(host)[1..], "curl", "-s", "-X", "POST", "-H", "content-type: application/json",
            "-d", """{"parts":[{"kind":"text","text":"a cat"}],"limit":3}""", "http://127.0.0.1:8420/api/v1/search"], CancellationToken.None);
        return exitCode == 0 && said.Contains("\"rank\":1", StringComparison.Ordinal) && said.Contains("\"samples\":64", StringComparison.Ordinal);
    });

    private static async Task RequireDigestAsync(string archive, string catalog, string reference)
    {
        var opener = new ArchiveOpener(new Settings(_ => null, archive));
        await using var cluster = await TransientRetry.UntilAnsweredAsync(
            TimeProvider.System, token => opener.OpenAsync(new ArchiveAddress(archive, catalog), OpenMode.Write, token), CancellationToken.None);
        await using var alone = await opener.OpenAsync(new ArchiveAddress(reference, null), OpenMode.Create, CancellationToken.None);
        await alone.Ingestion.IngestAsync(new IngestRequest { Paths = [TestAssets.Samples] }, new Progress<IngestProgress>(), CancellationToken.None);
        var verified = await cluster.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(verified.Problems);
        Assert.Equal((await alone.Ingestion.VerifyAsync(digest: true, CancellationToken.None)).Digest, verified.Digest);
    }

    /// <returns>A folder with an ffmpeg that waits before it decodes, longer than a lease and than a silo takes to say that it works, so that a cut hits a chunk under way.</returns>
    private static string SlowFfmpeg(string directory)
    {
        Directory.CreateDirectory(directory);
        ProgramPath.WrapFfmpeg(directory, "sleep 12");
        return directory;
    }
}
