using ClusterSearch.Archive.Searching;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Smoothing;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Grains.Searching;

/// <summary>Queries and moments as they go over the wire, and back.</summary>
internal static class QueryContract
{
    public static QueryOrder ToOrder(this MomentQuery query, string encoding, int shards, TimeSpan deadline) => new()
    {
        Encoding = encoding,
        Vector = query.Vector,
        Filter = ToContract(query.Filter),
        Count = query.Count,
        IsSmoothed = query.Smoothing == SmoothingMethod.Shot,
        Background = query.Background,
        Shards = shards,
        Deadline = deadline,
        IsExact = query.IsExact,
    };

    public static MomentQuery ToQuery(this QueryOrder order) => new(
        order.Vector, ToFilter(order.Filter), order.Count, order.IsSmoothed ? SmoothingMethod.Shot : SmoothingMethod.None, order.Background, order.IsExact);

    public static MomentHit ToHit(this FoundMoment moment) => new()
    {
        Video = moment.Video.Value,
        FirstSample = moment.Samples.First,
        EndSample = moment.Samples.End,
        Score = moment.Score,
        KeySample = moment.KeySample,
    };

    public static FoundMoment ToMoment(this MomentHit hit) =>
        new(VideoId.Parse(hit.Video), new SampleRange(hit.FirstSample, hit.EndSample), hit.Score, hit.KeySample);

    private static QueryFilter ToContract(VectorFilter filter) => new()
    {
        Videos = filter.Videos is null ? null : [.. filter.Videos.Select(video => video.Value)],
        Cameras = filter.Cameras is null ? null : [.. filter.Cameras],
        Zones = filter.Zones is null ? null : [.. filter.Zones],
        RecordedAfter = filter.RecordedAfter,
        RecordedBefore = filter.RecordedBefore,
        SecondsAfter = filter.SecondsAfter,
        SecondsBefore = filter.SecondsBefore,
    };

    private static VectorFilter ToFilter(QueryFilter filter) => new()
    {
        Videos = filter.Videos?.Select(VideoId.Parse).ToHashSet(),
        Cameras = filter.Cameras?.ToHashSet(StringComparer.Ordinal),
        Zones = filter.Zones?.ToHashSet(StringComparer.Ordinal),
        RecordedAfter = filter.RecordedAfter,
        RecordedBefore = filter.RecordedBefore,
        SecondsAfter = filter.SecondsAfter,
        SecondsBefore = filter.SecondsBefore,
    };
}
