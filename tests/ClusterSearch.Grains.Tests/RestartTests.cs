using ClusterSearch.Archive;
using ClusterSearch.Core.Catalog;
using ClusterSearch.EngineConformance;
using ClusterSearch.Grains.Working;
using ClusterSearch.Testing;

namespace ClusterSearch.Grains.Tests;

/// <summary>Silos come and go while work goes on.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task Silos_replaced_one_by_one_in_mid_ingest_lose_no_lease()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), 80, 1, 2, 3);
        var footage = new DrawnFootage { BeforeDecoding = (_, cancellation) => Task.Delay(100, cancellation) };
        await using var silos = await TestSilos.StartAsync(directory.File("archive"), footage, 3, _ => Accelerator.Cpu, new SiloSettings { LeaseDuration = TimeSpan.FromSeconds(30) });
        var ingest = silos.Ingestion.IngestAsync(new IngestRequest { Paths = [clips], ChunkDuration = TimeSpan.FromSeconds(2) }, new Progress<IngestProgress>(), CancellationToken.None);
        foreach (var old in silos.Silos.ToList())
        {
            await Eventually.TrueAsync("work goes on", async () => (await silos.Gateway.Ports.Catalog.StatusAsync(null, CancellationToken.None)).Chunks.GetValueOrDefault(ChunkState.Leased) > 0 || ingest.IsCompleted);
            await silos.AddAsync();
            await silos.Cluster.StopSiloAsync(old);
        }
        var report = await ingest;
        Assert.Empty(report.Failures);
        var status = await silos.Gateway.Ports.Catalog.StatusAsync(null, CancellationToken.None);
        // Told to stop, a silo finishes or gives back: nothing lapses.
        Assert.Equal((0, 120), (status.Takeovers, status.Chunks[ChunkState.Indexed]));
        await using var reference = await ReferenceRun.OfAsync(directory.File("reference"), clips);
        var verified = await silos.Ingestion.VerifyAsync(digest: true, CancellationToken.None);
        Assert.Empty(verified.Problems);
        Assert.Equal(reference.Digest, verified.Digest);
    }
}
