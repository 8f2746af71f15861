using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Vectors;

[assembly: AssemblyFixture(typeof(ClusterSearch.Milvus.Tests.Server.SharedServer))]

namespace ClusterSearch.Milvus.Tests.Server;

/// <summary>The server that most tests share: each has collections of its own there.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private MilvusServer? _server;

    /// <summary>Null where there is none.</summary>
    public string? Address => MilvusServer.Given ?? _server?.Url;

    public async ValueTask InitializeAsync()
    {
        if (MilvusServer.Given is null && MilvusServer.Missing is null) _server = await MilvusServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    /// <summary>Skips the test where there is no server.</summary>
    public MilvusOptions Options()
    {
        Assert.SkipWhen(Address is null, MilvusServer.Missing ?? "");
        return OptionsFor(Address!);
    }

    public static MilvusOptions OptionsFor(string address) => new()
    {
        Address = MilvusAddress.Parse(address),
        Prefix = "t" + Guid.NewGuid().ToString("N")[..10],
        ReaderGrace = TimeSpan.Zero,
    };

    /// <summary>A store of this test's own.</summary>
    public Task<MilvusVectorStore> OpenAsync(IManifestRegister? register = null, MilvusOptions? options = null, ISampleVectors? files = null) =>
        MilvusVectorStore.OpenAsync(register ?? new InMemoryManifestRegister(), files, options ?? Options(), TestContext.Current.CancellationToken);
}
