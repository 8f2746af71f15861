using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Quantisation;
using ClusterSearch.Index.Scoring;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index;

/// <summary>Turns replacements into what a segment holds.</summary>
internal static class ReplacementContent
{
    // A few milliseconds of work.
    private const int UnitsPerThread = 256;

    /// <summary>Turns vectors into what the index keeps of them, on all threads when there are many.</summary>
    /// <param name="replacements">Checked.</param>
    /// <param name="dimension">Of their vectors; 0 without units.</param>
    /// <param name="threads">As many at once.</param>
    /// <param name="traffic">Goes first.</param>
    public static IReadOnlyList<QuantisedReplacement> Quantise(IReadOnlyList<UnitReplacement> replacements, int dimension, int threads, SearchTraffic traffic)
    {
        if (dimension == 0) return [.. replacements.Select(replacement => new QuantisedReplacement(replacement.Video, replacement.Attributes, replacement.Range, []))];
        var rotation = Rotations.Of(dimension);
        Unit[] units = [.. replacements.SelectMany(replacement => replacement.Units)];
        var quantised = new QuantisedUnit[units.Length];
        if (units.Length < UnitsPerThread || threads == 1)
        {
            for (var i = 0; i < units.Length; i++) Quantise(i);
        }
        else
        {
            Parallel.For(0, units.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, Quantise);
        }
        var first = 0;
        return [.. replacements.Select(replacement =>
        {
            var own = new ArraySegment<QuantisedUnit>(quantised, first, replacement.Units.Count);
            first += own.Count;
            return new QuantisedReplacement(replacement.Video, replacement.Attributes, replacement.Range, own);
        })];

        void Quantise(int i)
        {
            traffic.GiveWay();
            quantised[i] = QuantisedUnit.Of(units[i], rotation);
        }
    }

    /// <param name="replacements">Checked. A later one hides what earlier ones put into its range.</param>
    /// <returns>Ordered by video.</returns>
    public static IReadOnlyList<SegmentVideo> Of(IReadOnlyList<QuantisedReplacement> replacements)
    {
        var videos = new List<SegmentVideo>();
        foreach (var video in replacements.GroupBy(replacement => replacement.Video).OrderBy(video => video.Key))
        {
            var units = new SortedDictionary<long, QuantisedUnit>();
            foreach (var replacement in video)
            {
                foreach (var hidden in units.Keys.Where(replacement.Range.Contains).ToList()) units.Remove(hidden);
                foreach (var unit in replacement.Units) units.Add(unit.FirstSample, unit);
            }
            videos.Add(new SegmentVideo(video.Key, video.Last().Attributes, SampleRanges.Union(video.Select(replacement => replacement.Range)), [.. units.Values.Select(unit => new SegmentUnit(unit))]));
        }
        return videos;
    }
}
