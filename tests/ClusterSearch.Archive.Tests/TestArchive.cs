using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Embedding;
using ClusterSearch.Index;
using ClusterSearch.Media;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>A real archive in a directory: SQLite, the embedded index, ffmpeg, the starter model.</summary>
internal sealed class TestArchive : IAsyncDisposable
{
    private readonly SqliteCatalog _catalog;
    private readonly EmbeddedVectorStore _vectors;

    private TestArchive(ArchiveOptions options, SqliteCatalog catalog, EmbeddedVectorStore vectors, Func<ArchivePorts, ArchivePorts>? change)
    {
        Options = options;
        _catalog = catalog;
        _vectors = vectors;
        Ports = new ArchivePorts
        {
            Catalog = catalog,
            Vectors = vectors,
            RawVectors = new DirectoryRawVectorStore(options.VectorDirectory),
            Footage = Footage,
            Models = Models,
        };
        if (change is not null) Ports = change(Ports);
        Ingestion = new IngestionEngine(Ports, options);
        Search = new SearchEngine(Ports, options);
    }

    public static IFootageReader Footage { get; } = new FfmpegFootageReader(new MediaOptions());

    public static IModelLoader Models { get; } = new SharedModels(new ModelLoader());

    public ArchiveOptions Options { get; }

    public ArchivePorts Ports { get; }

    public IngestionEngine Ingestion { get; }

    public SearchEngine Search { get; }

    public static async Task<TestArchive> OpenAsync(
        string directory, Func<ArchivePorts, ArchivePorts>? change = null, Func<ArchiveOptions, ArchiveOptions>? options = null)
    {
        Directory.CreateDirectory(directory);
        var chosen = new ArchiveOptions { Directory = directory, DefaultModelDirectory = TestAssets.StarterModel };
        if (options is not null) chosen = options(chosen);
        var catalog = await SqliteCatalog.OpenAsync(chosen.CatalogPath, new SqliteCatalogOptions(), CancellationToken.None);
        var vectors = await EmbeddedVectorStore.OpenAsync(chosen.IndexDirectory, catalog.Manifests, new EmbeddedIndexOptions(), CancellationToken.None);
        return new TestArchive(chosen, catalog, vectors, change);
    }

    public Task<IngestReport> IngestAsync(params string[] paths) => IngestAsync(new IngestRequest { Paths = paths });

    public Task<IngestReport> IngestAsync(IngestRequest request, CancellationToken cancellation = default) =>
        Ingestion.IngestAsync(request, new Progress<IngestProgress>(), cancellation);

    public Task<SearchAnswer> SearchAsync(string text, int top = 20, VectorFilter? filter = null) =>
        Search.SearchAsync(new SearchRequest { Parts = [new TextPart(text)], Top = top, Filter = filter ?? VectorFilter.None }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Search.Dispose();
        await _vectors.DisposeAsync();
        await _catalog.DisposeAsync();
    }
}
