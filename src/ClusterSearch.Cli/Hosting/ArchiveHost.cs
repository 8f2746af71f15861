using ClusterSearch.Archive;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

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
    public static Task<ArchiveHost> OpenAsync(string archiveDirectory, OpenMode mode, CancellationToken cancellation) =>
        throw MissingEngine();

    public static IModelLoader CreateModelLoader() => throw MissingEngine();

    public static IFootageReader CreateFootageReader() => throw MissingEngine();

    public ValueTask DisposeAsync() => owned?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static ClusterSearchException MissingEngine() =>
        new(ErrorCodes.EnvironmentMissing, "this build of clustersearch holds no engine; build it from a complete checkout");
}

/// <summary>Opens archives with the embedded parts.</summary>
internal sealed class ArchiveOpener : IArchiveOpener
{
    private readonly Lazy<IModelLoader> _models = new(ArchiveHost.CreateModelLoader);
    private readonly Lazy<IFootageReader> _footage = new(ArchiveHost.CreateFootageReader);

    public IModelLoader Models => _models.Value;

    public IFootageReader Footage => _footage.Value;

    public Task<ArchiveHost> OpenAsync(string archiveDirectory, OpenMode mode, CancellationToken cancellation) =>
        ArchiveHost.OpenAsync(archiveDirectory, mode, cancellation);
}
