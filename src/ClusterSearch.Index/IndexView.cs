using System.Collections;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>
/// One state of an encoding: its segments, which of their units are live, and where each video's units lie. Immutable.
/// Keeps a lease on its segments from the day it is made until <see cref="Release"/>, and one for each snapshot.
/// </summary>
internal sealed class IndexView
{
    private int _leases = 1;

    private IndexView(IReadOnlyList<Segment> segments, BitArray[] live, SortedDictionary<VideoId, VideoUnits> videos)
    {
        Segments = segments;
        Live = live;
        Videos = videos;
        Dimension = segments.Count > 0 ? segments[0].Dimension : 0;
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Segment> Segments { get; }

    /// <summary>A bit a unit of each segment.</summary>
    public BitArray[] Live { get; }

    /// <summary>Videos with live units.</summary>
    public SortedDictionary<VideoId, VideoUnits> Videos { get; }

    public int Dimension { get; }

    public static IndexView Empty { get; } = new([], [], []);

    /// <param name="segments">Leased for this view.</param>
    public static IndexView Of(IReadOnlyList<Segment> segments)
    {
        var live = segments.Select(segment => new BitArray(segment.Units.Length, defaultValue: true)).ToArray();
        var covers = new Dictionary<VideoId, List<SampleRange>>();
        var attributes = new Dictionary<VideoId, VideoAttributes>();
        // Newest first: a unit is hidden by what later segments replace.
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            var segment = segments[i];
            for (var video = 0; video < segment.Videos.Length; video++)
            {
                var id = segment.Videos[video];
                attributes.TryAdd(id, segment.VideoAttributes[video]);
                if (covers.TryGetValue(id, out var hidden))
                {
                    for (var unit = segment.FirstUnits[video]; unit < segment.FirstUnits[video + 1]; unit++)
                        if (hidden.Exists(range => range.Contains(segment.Units[unit].FirstSample))) live[i][unit] = false;
                }
                else
                {
                    covers[id] = hidden = [];
                }
                foreach (var cover in segment.Covers[video]) Add(hidden, cover);
            }
        }
        var places = new SortedDictionary<VideoId, VideoUnits>();
        for (var i = 0; i < segments.Count; i++)
        {
            for (var video = 0; video < segments[i].Videos.Length; video++)
            {
                for (var unit = segments[i].FirstUnits[video]; unit < segments[i].FirstUnits[video + 1]; unit++)
                {
                    if (!live[i][unit]) continue;
                    var id = segments[i].Videos[video];
                    if (!places.TryGetValue(id, out var units)) places[id] = units = new VideoUnits(attributes[id]);
                    units.Places.Add(new UnitPlace(i, unit, segments[i].Units[unit].FirstSample));
                }
            }
        }
        foreach (var units in places.Values) units.Places.Sort((left, right) => left.FirstSample.CompareTo(right.FirstSample));
        return new IndexView(segments, live, places);
    }

    public IndexView Lease()
    {
        Interlocked.Increment(ref _leases);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) > 0) return;
        foreach (var segment in Segments) segment.Release();
    }

    /// <summary>Keeps a list of ranges short: neighbours that touch become one, as a video's chunks do.</summary>
    private static void Add(List<SampleRange> ranges, SampleRange added)
    {
        var (first, end) = (added.First, added.End);
        for (var i = ranges.Count - 1; i >= 0; i--)
        {
            if (ranges[i].First > end || ranges[i].End < first) continue;
            first = Math.Min(first, ranges[i].First);
            end = Math.Max(end, ranges[i].End);
            ranges.RemoveAt(i);
        }
        ranges.Add(new SampleRange(first, end));
    }
}

/// <summary>A video's live units in order of their first sample.</summary>
internal sealed class VideoUnits(VideoAttributes attributes)
{
    public VideoAttributes Attributes { get; } = attributes;

    public List<UnitPlace> Places { get; } = [];
}

/// <param name="Segment">Index into the view's segments.</param>
/// <param name="Unit">Index into the segment's units.</param>
internal readonly record struct UnitPlace(int Segment, int Unit, long FirstSample);
