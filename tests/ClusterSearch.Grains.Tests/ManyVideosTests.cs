using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Archive;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.EngineConformance;
using ClusterSearch.Grains.Working;
using ClusterSearch.Testing;
using Microsoft.Data.Sqlite;
using Orleans.Runtime;

namespace ClusterSearch.Grains.Tests;

/// <summary>An archive of ten thousand videos.</summary>
public sealed class ManyVideosTests
{
    private const int Videos = 10_000;

    [Fact]
    public async Task Ten_thousand_videos_are_active_at_once_and_the_most_urgent_comes_first()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), 8, 1);
        await using var silos = await TestSilos.StartAsync(directory.File("archive"), new DrawnFootage(), 3, _ => Accelerator.Cpu);
        var catalog = silos.Gateway.Ports.Catalog;
        await catalog.SetPausedAsync(true, CancellationToken.None);
        await silos.Ingestion.IngestAsync(new IngestRequest { Paths = [clips], ChunkDuration = TimeSpan.FromSeconds(4), Priority = 9, Detach = true }, new Progress<IngestProgress>(), CancellationToken.None);
        var urgent = (await catalog.ListVideosAsync(CancellationToken.None))[0].Id;
        Fill(silos.Gateway.Options.CatalogPath);

        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(1, Videos), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (number, _) =>
            await silos.Cluster.Client.GetGrain<IVideoGrain>(Id(number)).LookAsync());
        var management = silos.Cluster.Client.GetGrain<IManagementGrain>(0);
        var perSilo = new Dictionary<SiloAddress, int>();
        await Eventually.TrueAsync("all are active", async () =>
        {
            perSilo = (await management.GetDetailedGrainStatistics([$"{typeof(VideoGrain).FullName},{typeof(VideoGrain).Assembly.GetName().Name}"]))
                .CountBy(grain => grain.SiloAddress).ToDictionary();
            return perSilo.Values.Sum() >= Videos;
        });
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture,
            $"{Videos} videos active after {watch.Elapsed.TotalSeconds:0.0} s: {string.Join(", ", perSilo.Values)}; {GC.GetTotalMemory(forceFullCollection: false) >> 20} MiB"));
        Assert.Equal(3, perSilo.Count);
        Assert.All(perSilo.Values, number => Assert.InRange(number, Videos / 10, Videos));

        // Behind it stand ten thousand whose files are not there: offered first, it is done first.
        await catalog.SetPausedAsync(false, CancellationToken.None);
        var encoding = (await catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
        await Eventually.TrueAsync("the urgent one is indexed", async () =>
            (await catalog.ListChunksAsync(urgent, encoding, CancellationToken.None)).All(chunk => chunk.State == ChunkState.Indexed));
        var others = (await catalog.StatusAsync(null, CancellationToken.None)).Chunks.GetValueOrDefault(ChunkState.Quarantined);
        Assert.InRange(others, 0, Videos / 10);
        await catalog.SetPausedAsync(true, CancellationToken.None);
    }

    private static string Id(int number) => number.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Copies of the one video that is planned, under made-up ids, in one statement each.</summary>
    private static void Fill(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            BEGIN IMMEDIATE;
            CREATE TEMP TABLE more AS WITH RECURSIVE n(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < {Videos}) SELECT number, printf('%032x', number) AS id FROM n;
            INSERT INTO video (id, facts, duration_us) SELECT more.id, v.facts, v.duration_us FROM more, (SELECT * FROM video LIMIT 1) v;
            INSERT INTO place SELECT p.root, number || '.mp4', id, 1, 1 FROM more, (SELECT root FROM place LIMIT 1) p;
            INSERT INTO plan (encoding, video, duration_us, planned_samples) SELECT p.encoding, id, p.duration_us, p.planned_samples FROM more, (SELECT * FROM plan LIMIT 1) p ORDER BY more.number;
            INSERT INTO chunk (plan, chunk_index, first_sample, end_sample)
                SELECT plan.number, c.chunk_index, c.first_sample, c.end_sample FROM plan, (SELECT * FROM chunk WHERE plan = (SELECT MIN(number) FROM plan) LIMIT 1) c
                WHERE plan.number > (SELECT MIN(number) FROM plan) ORDER BY plan.number;
            COMMIT;
            """);
        command.ExecuteNonQuery();
    }
}
