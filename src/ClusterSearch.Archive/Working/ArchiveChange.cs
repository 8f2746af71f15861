using ClusterSearch.Archive.Encodings;
using ClusterSearch.Archive.Ingestion;

namespace ClusterSearch.Archive.Working;

/// <summary>
/// The right to change an archive's index and files: the ingest lock where one process does everything, the index writer's
/// role where several share the archive.
/// </summary>
internal sealed class ArchiveChange : IAsyncDisposable
{
    private readonly IngestLock? _lock;
    private readonly IndexWriterRole.Held? _role;

    private ArchiveChange(IngestLock? only, IndexWriterRole.Held? role, CancellationToken cancellation) =>
        (_lock, _role, Cancellation) = (only, role, role?.Lost ?? cancellation);

    /// <summary>Cancelled when the change must end: it was asked to, or the right is lost.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Keeps other changes out, and ends what a killed one left half removed.</summary>
    /// <exception cref="Core.ClusterSearchException">archive.busy while another process changes an archive that is not shared.</exception>
    public static async Task<ArchiveChange> BeginAsync(ArchivePorts ports, ArchiveOptions options, CancellationToken cancellation)
    {
        var change = ports.Writer is { } writer
            ? new ArchiveChange(null, await writer.TakeAsync(cancellation), cancellation)
            : new ArchiveChange(IngestLock.Take(options), null, cancellation);
        try
        {
            await EncodingRemoval.SweepAsync(ports, change.Cancellation);
            return change;
        }
        catch
        {
            await change.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _lock?.Dispose();
        if (_role is not null) await _role.DisposeAsync();
    }
}
