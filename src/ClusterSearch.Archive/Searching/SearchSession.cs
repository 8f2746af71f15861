using ClusterSearch.Archive.Footage;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>One query's consistent view: the active encoding, a snapshot of the index, and the videos it meets, read once each.</summary>
internal sealed class SearchSession : IDisposable
{
    private readonly ArchivePorts _ports;
    private readonly Dictionary<VideoId, VideoContext> _videos = [];

    private SearchSession(ArchivePorts ports, Encoding encoding, IVectorSnapshot snapshot, PlaceBook places)
    {
        _ports = ports;
        Encoding = encoding;
        Snapshot = snapshot;
        Places = places;
    }

    public Encoding Encoding { get; }

    public IVectorSnapshot Snapshot { get; }

    public PlaceBook Places { get; }

    /// <exception cref="ClusterSearchException">archive.not_found for an archive without an encoding.</exception>
    public static async Task<SearchSession> OpenAsync(ArchivePorts ports, ArchiveOptions options, CancellationToken cancellation)
    {
        var active = await ports.Catalog.ActiveEncodingAsync(cancellation)
            ?? throw new ClusterSearchException(ErrorCodes.ArchiveNotFound, $"{options.Directory}: the archive is empty; ingest some footage first");
        var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
        return new SearchSession(ports, active.Encoding, await ports.Vectors.SnapshotAsync(active.Encoding.Id, cancellation), places);
    }

    /// <summary>Null for a video that the catalogue does not know, or not in this encoding.</summary>
    public async ValueTask<VideoContext?> VideoAsync(VideoId id, CancellationToken cancellation)
    {
        if (_videos.TryGetValue(id, out var known)) return known;
        var video = await _ports.Catalog.FindVideoAsync(id, cancellation);
        var plan = video is null ? null : await _ports.Catalog.FindPlanAsync(id, Encoding.Id, cancellation);
        return plan is null ? null : _videos[id] = new VideoContext(_ports, video!, Encoding, plan, Snapshot);
    }

    public void Dispose() => Snapshot.Dispose();
}
