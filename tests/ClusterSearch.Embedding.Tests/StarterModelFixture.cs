using ClusterSearch.Core.Embeddings;
using ClusterSearch.Testing;

[assembly: AssemblyFixture(typeof(ClusterSearch.Embedding.Tests.StarterModelFixture))]

namespace ClusterSearch.Embedding.Tests;

/// <summary>The starter, loaded once for all tests.</summary>
public sealed class StarterModelFixture : IDisposable
{
    public IImageTextModel Model { get; } = new ModelLoader().Load(TestAssets.StarterModel, new ModelOptions());

    public void Dispose() => Model.Dispose();
}
