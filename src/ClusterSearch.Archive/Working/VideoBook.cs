using System.Collections.Concurrent;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Working;

/// <summary>Looks videos up for work on their chunks and remembers them for a while: a plan's listed times may be long.</summary>
internal sealed class VideoBook(ArchivePorts ports, EncodingRecord encoding)
{
    private const int Remembered = 32;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<VideoId, (WorkVideo Video, long At)> _known = new();

    /// <exception cref="ClusterSearchException">footage.not_found for one that was removed meanwhile.</exception>
    public async ValueTask<WorkVideo> FindAsync(VideoId id, CancellationToken cancellation)
    {
        if (_known.TryGetValue(id, out var known) && ports.Time.GetElapsedTime(known.At) < Fresh && known.Video.Places.FindFile(known.Video.Record) is not null)
            return known.Video;
        return await TransientRetry.UntilAnsweredAsync(ports.Time, token => ReadAsync(id, token), cancellation);
    }

    private async Task<WorkVideo> ReadAsync(VideoId id, CancellationToken cancellation)
    {
        var video = await ports.Catalog.FindVideoAsync(id, cancellation);
        var plan = await ports.Catalog.FindPlanAsync(id, encoding.Encoding.Id, cancellation);
        if (video is null || plan is null) throw new ClusterSearchException(ErrorCodes.FootageNotFound, $"{id}: the video was removed from the archive");
        var work = new WorkVideo(video, SampleGrid.Create(video.Facts, encoding.Encoding.Sampling, plan.ListedTicks), await PlaceBook.LoadAsync(ports.Catalog, cancellation), plan.Trace);
        // What grows is looked up anew each time.
        if (video.IsGrowing) return work;
        if (_known.Count >= Remembered) _known.Clear();
        _known[id] = (work, ports.Time.GetTimestamp());
        return work;
    }
}
