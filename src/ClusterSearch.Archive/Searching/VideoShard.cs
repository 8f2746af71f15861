using System.Globalization;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Searching;

/// <summary>
/// One of several parts of an archive that are searched apart: the videos whose id falls into one of equal ranges of all ids.
/// Ids are digests, so parts are of nearly equal size; nobody need remember which video lies where, and every store can be
/// split so.
/// </summary>
/// <param name="Index">0 to Count - 1.</param>
/// <param name="Count">Parts in all, 1 to 65536.</param>
internal readonly record struct VideoShard(int Index, int Count)
{
    private const int DigitsLookedAt = 8;

    /// <summary>"3/8": the third of eight.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Index + 1}/{Count}");

    public static IReadOnlyList<VideoShard> All(int count) => [.. Enumerable.Range(0, count).Select(index => new VideoShard(index, count))];

    public bool Holds(VideoId video) =>
        (int)(ulong.Parse(video.Value.AsSpan(0, DigitsLookedAt), NumberStyles.HexNumber, CultureInfo.InvariantCulture) * (ulong)Count >> (4 * DigitsLookedAt)) == Index;

    /// <summary>A filter that lets pass what another does of this part alone.</summary>
    public async ValueTask<VectorFilter> NarrowAsync(IVectorSnapshot snapshot, VectorFilter filter, CancellationToken cancellation)
    {
        if (Count == 1) return filter;
        var candidates = filter.Videos ?? (IEnumerable<VideoId>)await snapshot.ListVideosAsync(cancellation);
        return filter with { Videos = candidates.Where(Holds).ToHashSet() };
    }
}
