using ClusterSearch.Catalog;

namespace ClusterSearch.Index.Tests.Processes;

/// <summary>An index whose register is a catalogue on disk, as several processes share it.</summary>
internal sealed class SharedIndex : IAsyncDisposable
{
    private SharedIndex(SqliteCatalog catalog, EmbeddedVectorStore store) => (Catalog, Store) = (catalog, store);

    public SqliteCatalog Catalog { get; }

    public EmbeddedVectorStore Store { get; }

    public static string IndexDirectory(string directory) => Path.Combine(directory, "index");

    public static async Task<SharedIndex> OpenAsync(string directory, EmbeddedIndexOptions? options = null)
    {
        var catalog = await SqliteCatalog.OpenAsync(Path.Combine(directory, "catalog.db"), new SqliteCatalogOptions(), CancellationToken.None);
        var store = await EmbeddedVectorStore.OpenAsync(
            IndexDirectory(directory), catalog.Manifests, options ?? new EmbeddedIndexOptions { MergeWidth = 3, Threads = 1 }, CancellationToken.None);
        return new SharedIndex(catalog, store);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Catalog.DisposeAsync();
    }
}
