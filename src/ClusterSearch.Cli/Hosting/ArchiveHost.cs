using ClusterSearch.Archive;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Catalog;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding;
using ClusterSearch.Index;
using ClusterSearch.Media;
using ClusterSearch.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterSearch.Cli.Hosting;

/// <summary>An open archive and what works on it: the only place of the command line that knows which classes stand behind the ports.</summary>
internal sealed class ArchiveHost(
    ISearch search, IIngestion ingestion, IModelLoader models, IFootageReader footage, IAsyncDisposable? owned = null) : IAsyncDisposable
{
    public ISearch Search { get; } = search;

    public IIngestion Ingestion { get; } = ingestion;

    public IModelLoader Models { get; } = models;

    public IFootageReader Footage { get; } = footage;

    /// <summary>Opens an archive with the embedded parts: SQLite, the memory-mapped index, ffmpeg, ONNX Runtime.</summary>
    /// <exception cref="ClusterSearchException">As <see cref="IArchiveOpener.OpenAsync"/> says.</exception>
    public static async Task<ArchiveHost> OpenAsync(
        string archiveDirectory, OpenMode mode, IModelLoader models, IFootageReader footage, CancellationToken cancellation)
    {
        var directories = ModelDirectories.OfThisProgram();
        var options = new ArchiveOptions
        {
            Directory = Path.GetFullPath(archiveDirectory),
            DefaultModelDirectory = directories.Starter ?? Path.GetFullPath("models/starter"),
            ModelDirectories = directories.List(),
        };
        if (mode != OpenMode.Create && !File.Exists(options.CatalogPath))
            throw new ClusterSearchException(ErrorCodes.ArchiveNotFound,
                $"{options.Directory}: an archive was expected, none found; make one with `clustersearch ingest`, or name another with --archive");
        var owned = new OwnedParts { Telemetry = TelemetryExport.StartIfConfigured("clustersearch", Version) };
        try
        {
            owned.Catalog = await SqliteCatalog.OpenAsync(
                options.CatalogPath, new SqliteCatalogOptions { CreateIfMissing = mode == OpenMode.Create }, cancellation);
            owned.Vectors = await EmbeddedVectorStore.OpenAsync(
                options.IndexDirectory, owned.Catalog.Manifests, new EmbeddedIndexOptions { Logs = owned.Telemetry?.Logs ?? NullLoggerFactory.Instance }, cancellation);
            var ports = new ArchivePorts
            {
                Catalog = owned.Catalog,
                Vectors = owned.Vectors,
                RawVectors = new DirectoryRawVectorStore(options.VectorDirectory),
                Footage = footage,
                Models = models,
                Logs = owned.Telemetry?.Logs ?? NullLoggerFactory.Instance,
            };
            owned.Search = new SearchEngine(ports, options);
            return new ArchiveHost(owned.Search, new IngestionEngine(ports, options), models, footage, owned);
        }
        catch
        {
            await owned.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => owned?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string Version => typeof(ArchiveHost).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>What was opened, closed in reverse order.</summary>
    private sealed class OwnedParts : IAsyncDisposable
    {
        public TelemetryExport? Telemetry { get; init; }

        public SqliteCatalog? Catalog { get; set; }

        public EmbeddedVectorStore? Vectors { get; set; }

        public SearchEngine? Search { get; set; }

        public async ValueTask DisposeAsync()
        {
            Search?.Dispose();
            if (Vectors is not null) await Vectors.DisposeAsync();
            if (Catalog is not null) await Catalog.DisposeAsync();
            Telemetry?.Dispose();
        }
    }
}

/// <summary>Opens archives with the embedded parts.</summary>
internal sealed class ArchiveOpener : IArchiveOpener
{
    private readonly Lazy<IModelLoader> _models = new(() => new ModelLoader());
    private readonly Lazy<IFootageReader> _footage = new(() => new FfmpegFootageReader(new MediaOptions()));

    public IModelLoader Models => _models.Value;

    public IFootageReader Footage => _footage.Value;

    public Task<ArchiveHost> OpenAsync(string archiveDirectory, OpenMode mode, CancellationToken cancellation) =>
        ArchiveHost.OpenAsync(archiveDirectory, mode, Models, Footage, cancellation);
}
