using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;
using ClusterSearch.EngineConformance;

namespace ClusterSearch.Archive.Tests.Engines;

/// <summary>The engine that does everything in one process, over SQLite.</summary>
public sealed class InProcessEngineTests : EngineConformance.EngineConformance
{
    protected override async Task<EngineUnderTest> OpenAsync(
        string directory, DrawnFootage footage, Func<ICatalog, ICatalog>? before = null, Func<IVectorStore, IVectorStore>? vectorsBefore = null)
    {
        var life = new Lifeline();
        var archive = await OpenedArchive.OpenAsync(directory, footage, before: catalog => life.Before(before?.Invoke(catalog) ?? catalog), vectorsBefore: vectorsBefore);
        return new Engine(directory, footage, archive, life);
    }

    private sealed class Engine(string directory, DrawnFootage footage, OpenedArchive archive, Lifeline life) : EngineUnderTest
    {
        private OpenedArchive _archive = archive;
        private SearchEngine _search = new(archive.Ports, archive.Options);

        public override IIngestion Ingestion => new IngestionEngine(_archive.Ports, _archive.Options);

        public override ISearch Search => _search;

        public override ICatalog Catalog => _archive.Ports.Catalog;

        /// <summary>The one process dies; another is started on what it left.</summary>
        public override async Task IngestThroughCrashAsync(IngestRequest request, Task underWay, Action goOn)
        {
            var dying = IngestAsync(request);
            await underWay;
            life.Cut();
            goOn();
            await Assert.ThrowsAsync<ClusterSearchException>(() => dying);
            _search.Dispose();
            await _archive.DisposeAsync();
            _archive = await OpenedArchive.OpenAsync(directory, footage);
            _search = new SearchEngine(_archive.Ports, _archive.Options);
            await IngestAsync(request);
        }

        public override async ValueTask DisposeAsync()
        {
            _search.Dispose();
            await _archive.DisposeAsync();
        }
    }
}
