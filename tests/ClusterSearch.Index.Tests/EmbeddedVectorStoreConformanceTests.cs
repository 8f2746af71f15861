using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Testing;

namespace ClusterSearch.Index.Tests;

/// <summary>The vector store's conformance suite over the embedded index, as exactly as it states.</summary>
public sealed class EmbeddedVectorStoreConformanceTests : VectorStoreConformance
{
    private readonly TemporaryDirectory _directory = new();

    protected override async Task<IVectorStore> OpenAsync() =>
        // Merges after every third write, so that the suite meets every layout.
        await EmbeddedVectorStore.OpenAsync(_directory.Path, new InMemoryManifestRegister(), new EmbeddedIndexOptions { MergeWidth = 3 }, Cancellation);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
    }
}
