using ClusterSearch.Archive;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Archive.Vectors;
using ClusterSearch.Archive.Working;
using ClusterSearch.Catalog;
using ClusterSearch.Hosting.Parsing;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Embedding;
using ClusterSearch.Media;
using ClusterSearch.Remote;
using ClusterSearch.ServiceDefaults;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterSearch.Hosting;

/// <summary>An open archive and what works on it: the only place that knows which classes stand behind the ports.</summary>
public sealed class ArchiveHost(
    ISearch search, IIngestion ingestion, IWorking working, IModelLoader models, IFootageReader footage, IAsyncDisposable? owned = null) : IAsyncDisposable
{
    /// <summary>Short: a worker that is gone should not hold the index up for long.</summary>
    private static readonly TimeSpan WriterRoleDuration = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan GaugeInterval = TimeSpan.FromSeconds(10);

    public ISearch Search { get; } = search;

    public IIngestion Ingestion { get; } = ingestion;

    public IWorking Working { get; } = working;

    public IModelLoader Models { get; } = models;

    public IFootageReader Footage { get; } = footage;

    /// <summary>What stands behind the ports, for hosts that run the work themselves; null where nothing local does.</summary>
    public ArchivePorts? Ports { get; private init; }

    /// <summary>Where the archive lies; null where nothing local does.</summary>
    public ArchiveOptions? Options { get; private init; }

    /// <summary>Of the catalogue: a path of SQLite, or a connection string, which may hold a password. Empty where nothing local does.</summary>
    public string CatalogAddress { get; private init; } = "";

    /// <summary>Null for an archive that is not really there.</summary>
    public ArchiveGauges? Gauges { get; private init; }

    /// <summary>Loggers whose records are exported; null while none are.</summary>
    public ILoggerFactory? Logs { get; private init; }

    /// <summary>Opens an archive: its catalogue in SQLite or PostgreSQL, its vectors in the memory-mapped index or in Milvus, ffmpeg, ONNX Runtime.</summary>
    /// <exception cref="ClusterSearchException">As <see cref="IArchiveOpener.OpenAsync"/> says.</exception>
    public static async Task<ArchiveHost> OpenAsync(
        ArchiveAddress address, OpenMode mode, IModelLoader models, IFootageReader footage, CancellationToken cancellation)
    {
        var directories = ModelDirectories.OfThisProgram();
        var options = new ArchiveOptions
        {
            Directory = Path.GetFullPath(address.Directory),
            DefaultModelDirectory = directories.Starter ?? Path.GetFullPath("models/starter"),
            ModelDirectories = directories.List(),
            Execution = address.Execution,
        };
        var catalog = FindCatalog(address, options, mode);
        var isShared = Catalogs.IsPostgres(catalog);
        var owned = new OwnedParts { Telemetry = TelemetryExport.StartIfConfigured(address.Service, Version) };
        var logs = owned.Telemetry?.Logs ?? NullLoggerFactory.Instance;
        try
        {
            var mayCreate = mode is OpenMode.Create or OpenMode.Work;
            owned.Catalog = await Catalogs.OpenAsync(catalog, options.Directory, mayCreate, cancellation);
            if (isShared && mayCreate && ArchiveFile.ReadCatalog(options.Directory) is null) ArchiveFile.WriteCatalog(options.Directory, catalog);
            var writer = isShared
                ? new IndexWriterRole(owned.Catalog, $"{Environment.MachineName}/{Environment.ProcessId}", WriterRoleDuration, TimeProvider.System)
                : null;
            var rawVectors = new DirectoryRawVectorStore(options.VectorDirectory);
            owned.Vectors = await new VectorStores(options, owned.Catalog, rawVectors, writer, logs).OpenAsync(address, mode, cancellation);
            var ports = new ArchivePorts
            {
                Catalog = owned.Catalog,
                Vectors = owned.Vectors,
                RawVectors = rawVectors,
                Footage = footage,
                Models = models,
                Logs = logs,
                Writer = writer,
            };
            owned.Search = new SearchEngine(ports, options);
            var gauges = new ArchiveGauges(ports, options);
            // Commands that only ask or change one thing are over before anybody would look.
            if (owned.Telemetry is not null && mayCreate) owned.StartGauges(gauges, GaugeInterval, onlyAsWriter: mode == OpenMode.Work);
            return new ArchiveHost(owned.Search, new IngestionEngine(ports, options), new WorkingEngine(ports, options), models, footage, owned)
            {
                Ports = ports,
                Options = options,
                CatalogAddress = catalog,
                Gauges = gauges,
                Logs = owned.Telemetry?.Logs,
            };
        }
        catch
        {
            await owned.DisposeAsync();
            throw;
        }
    }

    /// <returns>What <see cref="Catalogs.OpenAsync"/> takes.</returns>
    private static string FindCatalog(ArchiveAddress address, ArchiveOptions options, OpenMode mode)
    {
        var hasOwn = File.Exists(options.CatalogPath);
        if (address.Catalog is { } named && !Catalogs.IsPostgres(named))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                "--catalog: expected \"Host=…;Database=…\" or postgres://user@host/database; without it the catalogue lies in the archive directory");
        var catalog = address.Catalog ?? ArchiveFile.ReadCatalog(options.Directory);
        if (catalog is not null)
        {
            return hasOwn
                ? throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                    $"{options.Directory}: this archive has its catalogue in its directory ({Path.GetFileName(options.CatalogPath)}), another was named; leave --catalog out, or name another --archive")
                : catalog;
        }
        if (mode == OpenMode.Work)
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                $"{options.Directory}: worker processes need a catalogue in PostgreSQL (--catalog \"Host=…;Database=…\"); with SQLite `clustersearch ingest` does the work itself");
        if (mode != OpenMode.Create && !hasOwn)
            throw new ClusterSearchException(ErrorCodes.ArchiveNotFound,
                $"{options.Directory}: an archive was expected, none found; make one with `clustersearch ingest`, or name another with --archive");
        return options.CatalogPath;
    }

    public ValueTask DisposeAsync() => owned?.DisposeAsync() ?? ValueTask.CompletedTask;

    public static string Version => typeof(ArchiveHost).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>What was opened, closed in reverse order.</summary>
    private sealed class OwnedParts : IAsyncDisposable
    {
        private CancellationTokenSource? _gaugesStop;
        private Task? _gauges;

        public TelemetryExport? Telemetry { get; init; }

        public ICatalog? Catalog { get; set; }

        public IVectorStore? Vectors { get; set; }

        public SearchEngine? Search { get; set; }

        public void StartGauges(ArchiveGauges gauges, TimeSpan interval, bool onlyAsWriter)
        {
            _gaugesStop = new CancellationTokenSource();
            _gauges = Task.Run(() => gauges.RunAsync(interval, onlyAsWriter, _gaugesStop.Token));
        }

        public async ValueTask DisposeAsync()
        {
            if (_gauges is not null)
            {
                await _gaugesStop!.CancelAsync();
                await _gauges;
                _gaugesStop.Dispose();
            }
            Search?.Dispose();
            if (Vectors is not null) await Vectors.DisposeAsync();
            if (Catalog is not null) await Catalog.DisposeAsync();
            Telemetry?.Dispose();
        }
    }
}

/// <summary>Opens archives with the embedded parts.</summary>
/// <param name="settings">May say how long ffmpeg is waited for ("stallTimeout").</param>
public sealed class ArchiveOpener(Settings settings) : IArchiveOpener
{
    private readonly Lazy<IModelLoader> _models = new(() => new ModelLoader());
    private readonly Lazy<IFootageReader> _footage = new(() => new FfmpegFootageReader(ReadMediaOptions(settings)));

    public IModelLoader Models => _models.Value;

    public IFootageReader Footage => _footage.Value;

    public Task<ArchiveHost> OpenAsync(ArchiveAddress address, OpenMode mode, CancellationToken cancellation)
    {
        if (address.Gateway is not { } gateway) return ArchiveHost.OpenAsync(address, mode, Models, Footage, cancellation);
        var remote = new RemoteArchive(gateway, TimeProvider.System);
        return Task.FromResult(new ArchiveHost(remote.Search, remote.Ingestion, remote.Working, Models, Footage, remote));
    }

    private static MediaOptions ReadMediaOptions(Settings settings)
    {
        if (settings.Find("stallTimeout") is not var (text, source)) return new MediaOptions();
        var timeout = TimeSpan.FromSeconds(TimeSyntax.Parse(text, source));
        return timeout >= TimeSpan.FromSeconds(1) ? new MediaOptions { StallTimeout = timeout }
            : throw new UsageException($"{source}: expected at least 1s, found '{text}'");
    }
}
