using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Videos;

namespace ClusterSearch.Milvus.Filtering;

/// <summary>
/// A filter as Milvus's expressions. For samples they are the filter. For units they say whether the unit's extent meets the
/// times; whether one of its samples lies within is decided by the unit's seconds (<see cref="PassesAsUnit"/>), which come along.
/// </summary>
internal sealed class FilterExpression
{
    private readonly VectorFilter _filter;
    private readonly VideoTable _videos;
    private readonly string[] _names;

    public FilterExpression(VectorFilter filter, VideoTable videos)
    {
        _filter = filter;
        _videos = videos;
        var names = new List<string>();
        if (filter.Videos is { } wanted) names.Add(Literal.In(Columns.Video, wanted.Where(video => videos.Find(video) is not null).Order().Select(video => video.Value)));
        if (filter.Cameras is { } cameras) names.Add(Literal.In(Columns.Camera, cameras.Order(StringComparer.Ordinal).Select(StoredName.Of)));
        if (filter.Zones is { } zones) names.Add(Literal.In(Columns.Zone, zones.Order(StringComparer.Ordinal).Select(StoredName.Of)));
        _names = [.. names];
        Admitted = filter.Videos is null && filter.Cameras is null && filter.Zones is null && !HasWall
            ? videos.All
            : [.. videos.All.Where(video => filter.Admits(video.Id, video.Attributes))];
    }

    /// <summary>Videos of which something may pass.</summary>
    public IReadOnlyList<VideoState> Admitted { get; }

    /// <summary>Whether it asks for times.</summary>
    public bool HasTimes => _filter.SecondsAfter is not null || _filter.SecondsBefore is not null || HasWall;

    /// <summary>Partitions in which something may pass; empty: all.</summary>
    public IReadOnlyList<string> Shards
    {
        get
        {
            if (Admitted.Count == _videos.All.Count) return [];
            string[] some = [.. Admitted.Select(video => video.Shard).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            return some.Length == _videos.Shards.Count ? [] : some;
        }
    }

    /// <summary>Conditions on samples, beginning with " and "; empty when nothing is asked.</summary>
    public string OnSamples => Join([.. _names, .. Conditions(Columns.Second, Columns.Second, Columns.Wall, Columns.Wall)]);

    /// <summary>Conditions on units: their extent meets the times.</summary>
    public string OnUnits => Join([.. _names, .. Conditions(Columns.LastSecond, Columns.FirstSecond, Columns.LastWall, Columns.FirstWall)]);

    /// <summary>Stricter: their extent lies within the times.</summary>
    public string OnUnitsWithin => Join([.. _names, .. Conditions(Columns.FirstSecond, Columns.LastSecond, Columns.FirstWall, Columns.LastWall)]);

    /// <summary>What <see cref="OnUnits"/> lets pass and <see cref="OnUnitsWithin"/> does not. Only with times.</summary>
    public string OnUnitsAcross => $"{OnUnits} and not ({string.Join(" and ", Conditions(Columns.FirstSecond, Columns.LastSecond, Columns.FirstWall, Columns.LastWall))})";

    public (double From, double To) WindowOf(VideoAttributes attributes) => _filter.Window(attributes);

    /// <summary>Whether one of a unit's samples passes. Its video is admitted.</summary>
    public bool PassesAsUnit(VideoId video, ReadOnlySpan<double> seconds) => CountPassing(video, seconds) > 0;

    public int CountPassing(VideoId video, ReadOnlySpan<double> seconds)
    {
        if (_videos.Find(video) is not { } known) return 0;
        var (from, to) = _filter.Window(known.Attributes);
        var count = 0;
        foreach (var second in seconds)
            if (second >= from && second < to) count++;
        return count;
    }

    private bool HasWall => _filter.RecordedAfter is not null || _filter.RecordedBefore is not null;

    private IEnumerable<string> Conditions(string after, string before, string wallAfter, string wallBefore)
    {
        if (_filter.SecondsAfter is { } from && !double.IsNegativeInfinity(from)) yield return $"{after} >= {Literal.Of(Finite(from))}";
        if (_filter.SecondsBefore is { } to && !double.IsPositiveInfinity(to)) yield return $"{before} < {Literal.Of(Finite(to))}";
        if (HasWall) yield return $"{wallAfter} >= {Literal.Of(_filter.RecordedAfter?.UtcTicks ?? 0)}";
        if (_filter.RecordedBefore is { } until) yield return $"{wallBefore} < {Literal.Of(until.UtcTicks)}";
    }

    private static double Finite(double value) => double.IsNaN(value) ? double.MaxValue : Math.Clamp(value, double.MinValue, double.MaxValue);

    private static string Join(IEnumerable<string> conditions) => string.Concat(conditions.Select(condition => $" and {condition}"));
}
