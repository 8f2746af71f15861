using System.Collections.Concurrent;
using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Generations;
using ClusterSearch.Milvus.Tests.Server;

namespace ClusterSearch.Milvus.Tests;

/// <summary>The vector store's conformance suite over a real server.</summary>
public sealed class MilvusVectorStoreConformanceTests(SharedServer server, MilvusVectorStoreConformanceTests.Collections collections)
    : VectorStoreConformance, IClassFixture<MilvusVectorStoreConformanceTests.Collections>
{
    private readonly MilvusOptions _options = server.Options();

    /// <summary>A step takes some milliseconds here, and tenths of a second where the encoding is deleted.</summary>
    protected override int ModelSteps => 12;

    protected override Task<IVectorStore> OpenAsync()
    {
        var register = new InMemoryManifestRegister();
        return Task.FromResult<IVectorStore>(new SharedCollections(
            dimension => server.OpenAsync(register, _options with { Prefix = $"{collections.Prefix}_{dimension}" }), register, collections.Left));
    }

    /// <summary>Of all tests of this class, which run one after the other.</summary>
    public sealed class Collections
    {
        public string Prefix { get; } = "t" + Guid.NewGuid().ToString("N")[..10];

        internal ConcurrentDictionary<(string Encoding, int Dimension), ManifestName> Left { get; } = [];
    }
}
