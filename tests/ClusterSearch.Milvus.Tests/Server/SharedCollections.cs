using System.Collections.Concurrent;
using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Generations;

namespace ClusterSearch.Milvus.Tests.Server;

/// <summary>
/// A store over collections that earlier tests have used: made for each test they would take seconds. A test begins in a state
/// whose hole holds every number that was ever used, so it sees none of their rows, and its first write sweeps them.
/// </summary>
internal sealed class SharedCollections(MilvusVectorStore store, InMemoryManifestRegister register, ConcurrentDictionary<(string Encoding, int Dimension), ManifestName> left) : IVectorStore
{
    public async Task ReplaceAsync(string encodingId, IReadOnlyList<UnitReplacement> replacements, CancellationToken cancellation)
    {
        var dimension = replacements.SelectMany(replacement => replacement.Units).Select(unit => unit.Mean.Length).FirstOrDefault();
        if (dimension > 0 && left.TryGetValue((encodingId, dimension), out var used) && await register.CurrentAsync(encodingId, cancellation) is null)
        {
            var empty = used with { Generations = new PublishedGenerations(used.Generations.Last, 0, used.Generations.Last + 1) };
            await register.PublishAsync(encodingId, null, empty.ToString(), null, cancellation);
        }
        await store.ReplaceAsync(encodingId, replacements, cancellation);
        if (dimension > 0 && ManifestName.TryParse(await register.CurrentAsync(encodingId, cancellation), out var current)) left[(encodingId, dimension)] = current;
    }

    public async Task DeleteVideoAsync(VideoId video, string? encodingId, CancellationToken cancellation) => await store.DeleteVideoAsync(video, encodingId, cancellation);

    public async Task DeleteEncodingAsync(string encodingId, CancellationToken cancellation)
    {
        foreach (var dropped in left.Keys.Where(key => key.Encoding == encodingId)) left.TryRemove(dropped, out _);
        await store.DeleteEncodingAsync(encodingId, cancellation);
    }

    public Task<IVectorSnapshot> SnapshotAsync(string encodingId, CancellationToken cancellation) => store.SnapshotAsync(encodingId, cancellation);

    public Task<IReadOnlyList<string>> ListEncodingsAsync(CancellationToken cancellation) => store.ListEncodingsAsync(cancellation);

    public Task<IReadOnlyList<StoreFault>> CheckAsync(string encodingId, CancellationToken cancellation) => store.CheckAsync(encodingId, cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
