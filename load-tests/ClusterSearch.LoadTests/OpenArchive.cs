using ClusterSearch.Archive;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Catalog;
using ClusterSearch.Embedding;
using ClusterSearch.Index;
using ClusterSearch.Media;

namespace ClusterSearch.LoadTests;

/// <summary>An archive with the embedded parts.</summary>
internal sealed class OpenArchive : IAsyncDisposable
{
    private readonly SqliteCatalog _catalog;
    private readonly EmbeddedVectorStore _vectors;

    private OpenArchive(ArchiveOptions options, SqliteCatalog catalog, EmbeddedVectorStore vectors)
    {
        _catalog = catalog;
        _vectors = vectors;
        Ports = new ArchivePorts
        {
            Catalog = catalog,
            Vectors = vectors,
            RawVectors = new DirectoryRawVectorStore(options.VectorDirectory),
            Footage = new FfmpegFootageReader(new MediaOptions()),
            Models = new ModelLoader(),
        };
        Ingestion = new IngestionEngine(Ports, options);
        Search = new SearchEngine(Ports, options);
    }

    public ArchivePorts Ports { get; }

    public IngestionEngine Ingestion { get; }

    public SearchEngine Search { get; }

    /// <summary>The starter model, found above the program.</summary>
    public static string StarterModel
    {
        get
        {
            for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
                if (Path.Combine(directory.FullName, "models", "starter") is var model && Directory.Exists(model)) return model;
            throw new InvalidOperationException($"models/starter was not found above {AppContext.BaseDirectory}");
        }
    }

    public static async Task<OpenArchive> OpenAsync(string directory)
    {
        Directory.CreateDirectory(directory);
        var options = new ArchiveOptions { Directory = directory, DefaultModelDirectory = StarterModel };
        var catalog = await SqliteCatalog.OpenAsync(options.CatalogPath, new SqliteCatalogOptions(), CancellationToken.None);
        return new OpenArchive(options, catalog,
            await EmbeddedVectorStore.OpenAsync(options.IndexDirectory, catalog.Manifests, new EmbeddedIndexOptions(), CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        Search.Dispose();
        await _vectors.DisposeAsync();
        await _catalog.DisposeAsync();
    }
}
