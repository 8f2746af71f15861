using ClusterSearch.Archive.Footage;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>One query's consistent view: an encoding, a snapshot of its index, and the videos it meets, read once each.</summary>
internal sealed class SearchSession : IDisposable
{
    private readonly ArchivePorts _ports;
    private readonly Dictionary<VideoId, VideoContext> _videos = [];
    private readonly Dictionary<VideoId, ShotTable> _shots = [];
    private readonly PlaceBook? _places;
    private VectorCount? _all;

    private SearchSession(ArchivePorts ports, Encoding encoding, IVectorSnapshot snapshot, PlaceBook? places) =>
        (_ports, Encoding, Snapshot, _places) = (ports, encoding, snapshot, places);

    public Encoding Encoding { get; }

    public IVectorSnapshot Snapshot { get; }

    /// <exception cref="InvalidOperationException">The session was opened to find moments alone.</exception>
    public PlaceBook Places => _places ?? throw new InvalidOperationException("this session knows no places");

    public static async Task<SearchSession> OpenAsync(ArchivePorts ports, Encoding encoding, CancellationToken cancellation)
    {
        var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
        return new SearchSession(ports, encoding, await ports.Vectors.SnapshotAsync(encoding.Id, cancellation), places);
    }

    /// <summary>To find moments only: where files lie is not asked.</summary>
    public static async Task<SearchSession> OpenToFindAsync(ArchivePorts ports, Encoding encoding, CancellationToken cancellation) =>
        new(ports, encoding, await ports.Vectors.SnapshotAsync(encoding.Id, cancellation), null);

    /// <summary>Null for a video that the catalogue does not know, or not in this encoding.</summary>
    public async ValueTask<VideoContext?> VideoAsync(VideoId id, CancellationToken cancellation)
    {
        if (_videos.TryGetValue(id, out var known)) return known;
        var video = await _ports.Catalog.FindVideoAsync(id, cancellation);
        var plan = video is null ? null : await _ports.Catalog.FindPlanAsync(id, Encoding.Id, cancellation);
        return plan is null ? null : _videos[id] = new VideoContext(_ports, video!, Encoding, plan);
    }

    /// <summary>Everything that the encoding holds, counted once.</summary>
    public async ValueTask<VectorCount> CountAllAsync(CancellationToken cancellation) => _all ??= await Snapshot.CountAsync(VectorFilter.None, cancellation);

    public async ValueTask<ShotTable> ShotsAsync(VideoId id, CancellationToken cancellation) =>
        _shots.TryGetValue(id, out var known) ? known : _shots[id] = new ShotTable(await Snapshot.ListUnitsAsync(id, cancellation));

    /// <summary>How sample numbers of a video become seconds. The catalogue is asked only where the encoding has no even grid.</summary>
    public async ValueTask<SampleClock> ClockAsync(VideoId id, CancellationToken cancellation)
    {
        if (Encoding.Sampling.Kind == SamplingKind.Grid) return SampleClock.Uniform(Encoding.Sampling.Rate);
        var video = await VideoAsync(id, cancellation)
            ?? throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt, $"{id}: the index holds a video that the catalogue does not know; run `clustersearch reindex`");
        return SampleClock.Of(video.Grid);
    }

    /// <summary>Seconds [from, to) of a video that a filter lets pass; empty for a video that it does not admit.</summary>
    public async ValueTask<(double From, double To)> WindowAsync(VideoId id, VectorFilter filter, CancellationToken cancellation)
    {
        if (filter.RecordedAfter is null && filter.RecordedBefore is null)
            return (filter.SecondsAfter ?? double.NegativeInfinity, filter.SecondsBefore ?? double.PositiveInfinity);
        var attributes = (await VideoAsync(id, cancellation))?.Video.Attributes;
        return attributes?.RecordedAt is null ? (0, 0) : filter.Window(attributes);
    }

    public void Dispose() => Snapshot.Dispose();
}
