using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>Checks replacements and turns them into what a segment holds.</summary>
internal static class ReplacementContent
{
    /// <exception cref="ClusterSearchException">request.invalid, archive.encoding.</exception>
    public static (int Dimension, IReadOnlyList<SegmentVideo> Videos) Of(string encodingId, IReadOnlyList<UnitReplacement> replacements)
    {
        var dimension = 0;
        foreach (var unit in replacements.SelectMany(replacement => replacement.Units))
        {
            if (dimension == 0) dimension = unit.Mean.Length;
            Check(encodingId, unit, dimension);
        }
        var videos = new List<SegmentVideo>();
        foreach (var video in replacements.GroupBy(replacement => replacement.Video).OrderBy(video => video.Key))
        {
            // A later replacement of the same list hides what an earlier one put into its range.
            var units = new SortedDictionary<long, Unit>();
            foreach (var replacement in video)
            {
                foreach (var hidden in units.Keys.Where(replacement.Range.Contains).ToList()) units.Remove(hidden);
                foreach (var unit in replacement.Units)
                {
                    if (!replacement.Range.Contains(unit.FirstSample))
                        throw Invalid($"unit {unit.FirstSample} of video {video.Key} lies outside of the replaced range {replacement.Range}");
                    if (!units.TryAdd(unit.FirstSample, unit))
                        throw Invalid($"unit {unit.FirstSample} of video {video.Key} is given twice");
                }
            }
            videos.Add(new SegmentVideo(video.Key, video.Last().Attributes, [.. video.Select(replacement => replacement.Range)], [.. units.Values]));
        }
        return (dimension, videos);
    }

    private static void Check(string encodingId, Unit unit, int dimension)
    {
        if (unit.Mean.Length != dimension || unit.Vectors.Length != unit.Count * dimension)
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding,
                $"encoding {encodingId}: vectors of {dimension} dimensions were expected, unit {unit.FirstSample} has a mean of {unit.Mean.Length} and {unit.Vectors.Length} numbers for {unit.Count} samples");
        if (unit.Count is < 1 or > Unit.MaximumSamples)
            throw Invalid($"a unit has 1 to {Unit.MaximumSamples} samples, unit {unit.FirstSample} has {unit.Count}");
        if (!float.IsFinite(unit.Radius) || unit.Radius < 0 || !AreFinite(unit.Mean) || !AreFinite(unit.Vectors))
            throw Invalid($"unit {unit.FirstSample} holds a number that is not finite, or a negative radius");
    }

    internal static bool AreFinite(ReadOnlySpan<float> numbers)
    {
        foreach (var number in numbers)
            if (!float.IsFinite(number)) return false;
        return true;
    }

    private static ClusterSearchException Invalid(string message) => new(ErrorCodes.RequestInvalid, message);
}
