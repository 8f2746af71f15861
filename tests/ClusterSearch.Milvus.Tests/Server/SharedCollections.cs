using System.Collections.Concurrent;
using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Generations;

namespace ClusterSearch.Milvus.Tests.Server;

/// <summary>
/// A store over collections that earlier tests have used, those of each dimension apart: made for each test they would take
/// seconds. A test begins in a state whose hole holds every number that was ever used, so it sees none of their rows, and its first
/// write sweeps them.
/// </summary>
/// <param name="open">A store for vectors of one dimension, over the register.</param>
/// <param name="left">What tests before this one have left.</param>
internal sealed class SharedCollections(
    Func<int, Task<MilvusVectorStore>> open, InMemoryManifestRegister register, ConcurrentDictionary<(string Encoding, int Dimension), ManifestName> left) : IVectorStore
{
    private readonly Dictionary<int, MilvusVectorStore> _stores = [];
    private readonly Dictionary<string, int> _dimensions = new(StringComparer.Ordinal);

    public async Task ReplaceAsync(string encodingId, IReadOnlyList<UnitReplacement> replacements, CancellationToken cancellation)
    {
        var dimension = replacements.SelectMany(replacement => replacement.Units).Select(unit => unit.Mean.Length).FirstOrDefault();
        if (dimension > 0 && await register.CurrentAsync(encodingId, cancellation) is null)
        {
            _dimensions[encodingId] = dimension;
            if (left.TryGetValue((encodingId, dimension), out var used))
            {
                var empty = used with { Generations = new PublishedGenerations(used.Generations.Last, 0, used.Generations.Last + 1) };
                await register.PublishAsync(encodingId, null, empty.ToString(), null, cancellation);
            }
        }
        await (await StoreOfAsync(encodingId)).ReplaceAsync(encodingId, replacements, cancellation);
        if (ManifestName.TryParse(await register.CurrentAsync(encodingId, cancellation), out var current)) left[(encodingId, _dimensions[encodingId])] = current;
    }

    public async Task DeleteVideoAsync(VideoId video, string? encodingId, CancellationToken cancellation)
    {
        foreach (var encoding in encodingId is null ? await ListEncodingsAsync(cancellation) : [encodingId])
            await (await StoreOfAsync(encoding)).DeleteVideoAsync(video, encoding, cancellation);
    }

    public async Task DeleteEncodingAsync(string encodingId, CancellationToken cancellation)
    {
        left.TryRemove((encodingId, _dimensions.GetValueOrDefault(encodingId)), out _);
        await (await StoreOfAsync(encodingId)).DeleteEncodingAsync(encodingId, cancellation);
    }

    public async Task<IVectorSnapshot> SnapshotAsync(string encodingId, CancellationToken cancellation) => await (await StoreOfAsync(encodingId)).SnapshotAsync(encodingId, cancellation);

    public async Task<IReadOnlyList<string>> ListEncodingsAsync(CancellationToken cancellation) => await (await StoreOfAsync("")).ListEncodingsAsync(cancellation);

    public async Task<IReadOnlyList<StoreFault>> CheckAsync(string encodingId, CancellationToken cancellation) => await (await StoreOfAsync(encodingId)).CheckAsync(encodingId, cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values) await store.DisposeAsync();
    }

    private async Task<MilvusVectorStore> StoreOfAsync(string encodingId)
    {
        var dimension = _dimensions.GetValueOrDefault(encodingId);
        return _stores.TryGetValue(dimension, out var store) ? store : _stores[dimension] = await open(dimension);
    }
}
