using ClusterSearch.Archive;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.EngineConformance;

/// <summary>An engine on an archive of its own, and the faults that can be done to it.</summary>
public abstract class EngineUnderTest : IAsyncDisposable
{
    public abstract IIngestion Ingestion { get; }

    public abstract ISearch Search { get; }

    /// <summary>The archive's catalogue, seen by the test alone.</summary>
    public abstract ICatalog Catalog { get; }

    /// <summary>Ingests to the end although, once something is under way, whoever works on it dies without a word.</summary>
    /// <param name="underWay">Ends when a chunk is being decoded.</param>
    /// <param name="goOn">Lets decoding go on; called when the worker is dead.</param>
    public abstract Task IngestThroughCrashAsync(IngestRequest request, Task underWay, Action goOn);

    public abstract ValueTask DisposeAsync();

    public Task<IngestReport> IngestAsync(IngestRequest request) =>
        Ingestion.IngestAsync(request, new Progress<IngestProgress>(), CancellationToken.None);
}
