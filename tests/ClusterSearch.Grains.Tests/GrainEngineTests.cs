using ClusterSearch.Archive;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;
using ClusterSearch.EngineConformance;
using ClusterSearch.Grains.Working;

namespace ClusterSearch.Grains.Tests;

/// <summary>Grains of three silos, one of them without an accelerator.</summary>
public sealed class GrainEngineTests : EngineConformance.EngineConformance
{
    protected override async Task<EngineUnderTest> OpenAsync(
        string directory, DrawnFootage footage, Func<ICatalog, ICatalog>? before = null, Func<IVectorStore, IVectorStore>? vectorsBefore = null) =>
        new Engine(await TestSilos.StartAsync(directory, footage, 3, silo => silo == 0 ? Accelerator.None : Accelerator.Cuda(1), before: before, vectorsBefore: vectorsBefore));

    private sealed class Engine(TestSilos silos) : EngineUnderTest
    {
        public override IIngestion Ingestion => silos.Ingestion;

        public override ISearch Search => silos.Search;

        public override ICatalog Catalog => silos.Gateway.Ports.Catalog;

        /// <summary>Every silo that works dies; one that was not there before goes on.</summary>
        public override async Task IngestThroughCrashAsync(IngestRequest request, Task underWay, Action goOn)
        {
            var ingest = IngestAsync(request);
            await underWay;
            foreach (var silo in silos.Silos.Skip(1).ToList()) await silos.KillAsync(silo);
            goOn();
            await silos.AddAsync();
            await ingest;
        }

        public override ValueTask DisposeAsync() => silos.DisposeAsync();
    }
}
