using ClusterSearch.Archive;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Archive.Working;
using ClusterSearch.Catalog;
using ClusterSearch.Embedding;
using ClusterSearch.Index;
using ClusterSearch.Media;
using ClusterSearch.Testing;

namespace ClusterSearch.Gateway.Tests;

/// <summary>A real archive in a directory, made where there is none, with the starter model: what a gateway is put before.</summary>
internal sealed class OpenedArchive : IAsyncDisposable
{
    private readonly SqliteCatalog _catalog;
    private readonly EmbeddedVectorStore _vectors;
    private readonly SearchEngine _search;

    private OpenedArchive(ArchiveOptions options, SqliteCatalog catalog, EmbeddedVectorStore vectors)
    {
        (Options, _catalog, _vectors) = (options, catalog, vectors);
        var ports = new ArchivePorts
        {
            Catalog = catalog,
            Vectors = vectors,
            RawVectors = new DirectoryRawVectorStore(options.VectorDirectory),
            Footage = new FfmpegFootageReader(new MediaOptions()),
            Models = new ModelLoader(),
        };
        _search = new SearchEngine(ports, options);
        Ingestion = new IngestionEngine(ports, options);
        Working = new WorkingEngine(ports, options);
    }

    public ArchiveOptions Options { get; }

    public ISearch Search => _search;

    public IIngestion Ingestion { get; }

    public IWorking Working { get; }

    public static async Task<OpenedArchive> OpenAsync(string directory, EmbeddedIndexOptions index)
    {
        var options = new ArchiveOptions { Directory = directory, DefaultModelDirectory = TestAssets.StarterModel };
        Directory.CreateDirectory(directory);
        var catalog = await SqliteCatalog.OpenAsync(options.CatalogPath, new SqliteCatalogOptions(), CancellationToken.None);
        return new OpenedArchive(options, catalog, await EmbeddedVectorStore.OpenAsync(options.IndexDirectory, catalog.Manifests, index, CancellationToken.None));
    }

    /// <summary>Segments of the current index of the encoding that is searched.</summary>
    public async Task<IReadOnlyList<string>> SegmentsAsync()
    {
        var encoding = (await _catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
        return IndexFiles.SegmentsOf(Path.Combine(Options.IndexDirectory, encoding, (await _catalog.Manifests.CurrentAsync(encoding, CancellationToken.None))!));
    }

    public async ValueTask DisposeAsync()
    {
        _search.Dispose();
        await _vectors.DisposeAsync();
        await _catalog.DisposeAsync();
    }
}
