using ClusterSearch.Archive;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Archive.Working;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index;

namespace ClusterSearch.EngineConformance;

/// <summary>A real archive, opened by one of the processes that share it or by the only one: its catalogue and index, and drawn footage.</summary>
public sealed class OpenedArchive : IAsyncDisposable
{
    private static readonly TimeSpan WriterRoleDuration = TimeSpan.FromSeconds(3);

    private readonly ICatalog _catalog;
    private readonly EmbeddedVectorStore _vectors;

    private OpenedArchive(ICatalog catalog, EmbeddedVectorStore vectors, ArchivePorts ports, ArchiveOptions options) =>
        (_catalog, _vectors, Ports, Options) = (catalog, vectors, ports, options);

    public ArchivePorts Ports { get; }

    public ArchiveOptions Options { get; }

    /// <param name="directory">Of the archive.</param>
    /// <param name="footage">What is decoded.</param>
    /// <param name="sharedBy">Who opens it, where several do; null where one process does everything.</param>
    /// <param name="address">Of a catalogue in PostgreSQL; null: SQLite in the directory.</param>
    /// <param name="before">Stands before the catalogue.</param>
    /// <param name="vectorsBefore">Stands before the vector store.</param>
    public static async Task<OpenedArchive> OpenAsync(
        string directory, IFootageReader footage, string? sharedBy = null, string? address = null, Func<ICatalog, ICatalog>? before = null,
        Func<IVectorStore, IVectorStore>? vectorsBefore = null)
    {
        var options = new ArchiveOptions { Directory = directory, DefaultModelDirectory = directory, LeaseDuration = TimeSpan.FromSeconds(10) };
        Directory.CreateDirectory(directory);
        var catalog = await Catalogs.OpenAsync(address ?? options.CatalogPath, directory, createIfMissing: true, CancellationToken.None);
        var seen = before is null ? catalog : before(catalog);
        var writer = sharedBy is null ? null : new IndexWriterRole(seen, sharedBy, WriterRoleDuration, TimeProvider.System);
        var vectors = await EmbeddedVectorStore.OpenAsync(options.IndexDirectory, seen.Manifests,
            new EmbeddedIndexOptions { WriterRole = writer is null ? null : () => writer.Current }, CancellationToken.None);
        return new OpenedArchive(catalog, vectors, new ArchivePorts
        {
            Catalog = seen,
            Vectors = vectorsBefore?.Invoke(vectors) ?? vectors,
            RawVectors = new DirectoryRawVectorStore(options.VectorDirectory),
            Footage = footage,
            Models = new DrawnModels(),
            Writer = writer,
        }, options);
    }

    public async ValueTask DisposeAsync()
    {
        await _vectors.DisposeAsync();
        await _catalog.DisposeAsync();
    }
}
