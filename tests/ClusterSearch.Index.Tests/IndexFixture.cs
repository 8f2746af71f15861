using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;
using ClusterSearch.Testing;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Index.Tests;

/// <summary>A directory for an index and what tests put into it.</summary>
public abstract class IndexFixture : IDisposable
{
    protected const string Encoding = "e1";
    protected const int Dimension = 40;

    private readonly TemporaryDirectory _directory = new();

    protected string IndexDirectory => _directory.File("index");

    protected string EncodingDirectory => Path.Combine(IndexDirectory, Encoding);

    /// <summary>Of the index in <see cref="IndexDirectory"/>.</summary>
    protected InMemoryManifestRegister Manifests { get; } = new();

    protected string ManifestPath => Path.Combine(EncodingDirectory, Manifests.CurrentAsync(Encoding, Cancellation).GetAwaiter().GetResult()!);

    /// <summary>Live segments, oldest first.</summary>
    protected string[] Segments => [.. Manifest.Read(ManifestPath)!.Segments.Select(name => Path.Combine(EncodingDirectory, name))];

    /// <summary>Names of all files, live or not.</summary>
    protected string[] FileNames => [.. Directory.EnumerateFiles(EncodingDirectory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public virtual void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the index; unless options say otherwise each write waits for its merges, so that tests find the same files each time.</summary>
    protected Task<EmbeddedVectorStore> OpenAsync(EmbeddedIndexOptions? options = null, IManifestRegister? manifests = null, string? directory = null) =>
        EmbeddedVectorStore.OpenAsync(directory ?? IndexDirectory, manifests ?? Manifests, options ?? new EmbeddedIndexOptions { CompactInBackground = false }, Cancellation);

    protected static UnitReplacement Replacement(int video, long first, long end, IReadOnlyList<Unit> units) =>
        new(Id(video), new VideoAttributes("gate", "hall", new DateTimeOffset(2024, 5, 1, 12, 0, 0, TimeSpan.Zero)), new SampleRange(first, end), units);

    protected static Task PutAsync(EmbeddedVectorStore store, int video, long first, IReadOnlyList<Unit> units) =>
        store.ReplaceAsync(Encoding, [Replacement(video, first, units[^1].FirstSample + Unit.MaximumSamples, units)], Cancellation);

    /// <summary>Everything that can be found, and how it scores.</summary>
    protected static async Task<(IReadOnlyList<SampleHit> Samples, IReadOnlyList<UnitHit> Units)> AllAsync(EmbeddedVectorStore store, float[] query)
    {
        using var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
        return ((await snapshot.SearchSamplesAsync([query], VectorFilter.None, int.MaxValue, Cancellation))[0],
            (await snapshot.SearchUnitsAsync([query], VectorFilter.None, int.MaxValue, Cancellation))[0]);
    }

    protected static async Task<long> CountAsync(EmbeddedVectorStore store)
    {
        using var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
        return (await snapshot.CountAsync(VectorFilter.None, Cancellation)).Samples;
    }
}
