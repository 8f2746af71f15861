using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Conformance.Vectors;

/// <summary>What a vector store holds, as plain dictionaries, with scores by brute force: slow and easy to believe.</summary>
public sealed class VectorModel(Func<float[], ReadOnlySpan<float>, float> dot)
{
    private readonly SortedDictionary<VideoId, (VideoAttributes Attributes, SortedDictionary<long, Unit> Units)> _videos = [];

    public IReadOnlyList<VideoId> Videos => [.. _videos.Where(video => video.Value.Units.Count > 0).Select(video => video.Key)];

    public void Replace(UnitReplacement replacement)
    {
        var units = _videos.TryGetValue(replacement.Video, out var known) ? known.Units : [];
        foreach (var gone in units.Keys.Where(replacement.Range.Contains).ToList()) units.Remove(gone);
        foreach (var unit in replacement.Units) units.Add(unit.FirstSample, unit);
        _videos[replacement.Video] = (replacement.Attributes, units);
    }

    public void Delete(VideoId video) => _videos.Remove(video);

    public void Clear() => _videos.Clear();

    public IReadOnlyList<Unit> Units(VideoId video) => _videos.TryGetValue(video, out var known) ? [.. known.Units.Values] : [];

    /// <summary>All samples that pass, best first.</summary>
    public IReadOnlyList<SampleHit> Samples(float[] query, VectorFilter filter) => [..
        Passing(filter)
            .SelectMany(unit => unit.Samples.Select(i => new SampleHit(unit.Video, unit.Unit.FirstSample + i, unit.Unit.ShotFirstSample, dot(query, Row(unit.Unit, i)))))
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Video).ThenBy(hit => hit.Number)];

    /// <summary>All units with a sample that passes, by video and first sample, and the mean's score of each.</summary>
    public IReadOnlyDictionary<(VideoId, long), (UnitKey Key, float MeanScore, float BestSample)> UnitScores(float[] query, VectorFilter filter) =>
        Passing(filter).ToDictionary(
            unit => (unit.Video, unit.Unit.FirstSample),
            unit => (new UnitKey(unit.Video, unit.Unit.FirstSample, unit.Unit.ShotFirstSample, unit.Unit.Count), dot(query, unit.Unit.Mean),
                unit.Samples.Max(i => dot(query, Row(unit.Unit, i)))));

    public VectorCount Count(VectorFilter filter)
    {
        var passing = Passing(filter).ToList();
        return new VectorCount(passing.Select(unit => unit.Video).Distinct().Count(), passing.Count, passing.Sum(unit => unit.Samples.Count));
    }

    private static ReadOnlySpan<float> Row(Unit unit, int row) => unit.Vectors.AsSpan(row * unit.Mean.Length, unit.Mean.Length);

    private IEnumerable<(VideoId Video, Unit Unit, List<int> Samples)> Passing(VectorFilter filter) =>
        from video in _videos
        from unit in video.Value.Units.Values
        let samples = Enumerable.Range(0, unit.Count).Where(i => Passes(filter, video.Key, video.Value.Attributes, unit.Seconds[i])).ToList()
        where samples.Count > 0
        select (video.Key, unit, samples);

    // Written from the words of VectorFilter, not with its helpers.
    private static bool Passes(VectorFilter filter, VideoId video, VideoAttributes attributes, double seconds)
    {
        if (filter.Videos is not null && !filter.Videos.Contains(video)) return false;
        if (filter.Cameras is not null && !filter.Cameras.Any(camera => string.Equals(camera, attributes.Camera, StringComparison.Ordinal))) return false;
        if (filter.Zones is not null && !filter.Zones.Any(zone => string.Equals(zone, attributes.Zone, StringComparison.Ordinal))) return false;
        if (filter.SecondsAfter > seconds || filter.SecondsBefore <= seconds) return false;
        if (filter.RecordedAfter is null && filter.RecordedBefore is null) return true;
        return attributes.RecordedAt is { } start
            && !(filter.RecordedAfter > start.AddSeconds(seconds)) && !(filter.RecordedBefore <= start.AddSeconds(seconds));
    }
}
