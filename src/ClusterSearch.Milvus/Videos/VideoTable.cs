using System.Collections.Immutable;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Milvus.Videos;

/// <summary>The videos of one state of an encoding, those that have units. Immutable: a next state shares what did not change.</summary>
internal sealed class VideoTable
{
    private readonly ImmutableSortedDictionary<VideoId, VideoState> _videos;
    private readonly Lazy<IReadOnlyList<VideoState>> _all;
    private readonly Lazy<IReadOnlyList<string>> _shards;

    private VideoTable(ImmutableSortedDictionary<VideoId, VideoState> videos)
    {
        _videos = videos;
        _all = new(() => [.. videos.Values]);
        _shards = new(() => [.. videos.Values.Select(video => video.Shard).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    public static VideoTable Empty { get; } = new(ImmutableSortedDictionary<VideoId, VideoState>.Empty);

    /// <summary>Ordered by id.</summary>
    public IReadOnlyList<VideoState> All => _all.Value;

    public IReadOnlyList<string> Shards => _shards.Value;

    public bool IsEmpty => _videos.IsEmpty;

    public VideoState? Find(VideoId id) => _videos.GetValueOrDefault(id);

    /// <param name="changes">In any order; of one video the latest counts.</param>
    public VideoTable With(IEnumerable<VideoState> changes)
    {
        var next = _videos.ToBuilder();
        foreach (var change in changes.OrderBy(change => change.Born))
        {
            if (change.Units == 0) next.Remove(change.Id);
            else next[change.Id] = change;
        }
        return new VideoTable(next.ToImmutable());
    }
}
