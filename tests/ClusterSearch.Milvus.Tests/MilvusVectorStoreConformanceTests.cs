using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Tests.Server;

namespace ClusterSearch.Milvus.Tests;

/// <summary>The vector store's conformance suite over a real server.</summary>
public sealed class MilvusVectorStoreConformanceTests(SharedServer server) : VectorStoreConformance
{
    private readonly MilvusOptions _options = server.Options();

    protected override async Task<IVectorStore> OpenAsync() => await server.OpenAsync(options: _options);
}
