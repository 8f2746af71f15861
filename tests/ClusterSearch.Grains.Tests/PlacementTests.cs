using ClusterSearch.Archive;
using ClusterSearch.EngineConformance;
using ClusterSearch.Grains.Working;
using ClusterSearch.Testing;

namespace ClusterSearch.Grains.Tests;

/// <summary>Where work goes, and how much of it.</summary>
public sealed class PlacementTests
{
    [Fact]
    public async Task Chunks_are_done_on_silos_that_state_an_accelerator_and_on_no_others()
    {
        using var directory = new TemporaryDirectory();
        var clips = DrawnFootage.Write(directory.File("clips"), 60, 1, 2, 3, 4);
        var atOnce = new Simultaneity();
        var footage = new DrawnFootage { BeforeDecoding = atOnce.NoteAsync };
        await using var silos = await TestSilos.StartAsync(directory.File("archive"), footage, 4, silo => silo switch
        {
            0 => Accelerator.None,
            1 => Accelerator.Cuda(2),
            2 => Accelerator.Cpu,
            _ => Accelerator.None,
        }, new SiloSettings { Slots = 2 });
        var named = silos.Silos.Select(silo => silo.Name).ToList();
        await silos.Ingestion.IngestAsync(new IngestRequest { Paths = [clips], ChunkDuration = TimeSpan.FromSeconds(4) }, new Progress<IngestProgress>(), CancellationToken.None);
        var workers = silos.Calls.Where(call => call.Interface.EndsWith(nameof(IChunkGrain), StringComparison.Ordinal)).Select(call => call.Silo).ToList();
        Assert.Equal(60, workers.Count);
        Assert.Equal([named[1], named[2]], workers.Distinct().Order());
        // Two places a silo, as its broker says, whoever asks.
        Assert.InRange(atOnce.Most, 2, 4);
        foreach (var silo in silos.Silos)
        {
            var state = await silos.Cluster.Client.GetGrain<IPermitBrokerGrain>(silo.SiloAddress.ToParsableString()).StateAsync(CancellationToken.None);
            Assert.Equal((silo.Name == named[1] || silo.Name == named[2] ? 2 : 0, 0), (state.Capacity, state.InUse));
        }
    }

    /// <summary>Counts chunks that are decoded at once.</summary>
    private sealed class Simultaneity
    {
        private int _now;
        private int _most;

        public int Most => _most;

        public async Task NoteAsync(Core.Footage.FrameRequest request, CancellationToken cancellation)
        {
            var now = Interlocked.Increment(ref _now);
            for (var most = _most; now > most && Interlocked.CompareExchange(ref _most, now, most) != most; most = _most)
            {
            }
            // Long enough that two meet.
            await Task.Delay(30, cancellation);
            Interlocked.Decrement(ref _now);
        }
    }
}
