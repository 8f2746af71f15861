using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Milvus.Writing;

/// <summary>Whether replacements may be stored at all.</summary>
internal static class ReplacementCheck
{
    /// <returns>The dimension of their vectors; 0 when they have none.</returns>
    /// <exception cref="ClusterSearchException">request.invalid, archive.encoding.</exception>
    public static int DimensionOf(string encodingId, IReadOnlyList<UnitReplacement> replacements)
    {
        var dimension = 0;
        foreach (var replacement in replacements)
        {
            Require(replacement.Video.Value.Length > 0, "a replacement names its video, found one without");
            var end = 0L;
            foreach (var unit in replacement.Units.OrderBy(unit => unit.FirstSample))
            {
                if (dimension == 0) dimension = unit.Mean.Length;
                Check(encodingId, unit, dimension);
                Require(replacement.Range.Contains(unit.FirstSample), $"unit {unit.FirstSample} of video {replacement.Video} lies outside of the replaced range {replacement.Range}");
                Require(unit.FirstSample >= end, $"units of video {replacement.Video} follow each other, unit {unit.FirstSample} begins before sample {end}");
                end = unit.FirstSample + unit.Count;
            }
        }
        return dimension;
    }

    private static void Check(string encodingId, Unit unit, int dimension)
    {
        Require(unit.Count is >= 1 and <= Unit.MaximumSamples, $"a unit has 1 to {Unit.MaximumSamples} samples, unit {unit.FirstSample} has {unit.Count}");
        if (dimension == 0 || unit.Mean.Length != dimension || unit.Vectors.Length != unit.Count * dimension)
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding,
                $"encoding {encodingId}: vectors of {dimension} dimensions were expected, unit {unit.FirstSample} has a mean of {unit.Mean.Length} and {unit.Vectors.Length} numbers for {unit.Count} samples");
        Require(unit.FirstSample % Unit.MaximumSamples + unit.Count <= Unit.MaximumSamples,
            $"a unit does not cross a number divisible by {Unit.MaximumSamples}, unit {unit.FirstSample} of {unit.Count} samples does");
        Require(unit.ShotFirstSample >= 0 && unit.ShotFirstSample <= unit.FirstSample, $"a shot begins at or before its units, that of unit {unit.FirstSample} begins at {unit.ShotFirstSample}");
        Require(unit.Seconds.All(double.IsFinite) && unit.Seconds.Zip(unit.Seconds.Skip(1)).All(pair => pair.First <= pair.Second),
            $"the seconds of a unit are finite and ascend, those of unit {unit.FirstSample} do not");
        Require(float.IsFinite(unit.Radius) && unit.Radius >= 0 && unit.Mean.All(float.IsFinite) && unit.Vectors.All(float.IsFinite),
            $"unit {unit.FirstSample} holds a number that is not finite, or a negative radius");
    }

    private static void Require(bool isMet, string message)
    {
        if (!isMet) throw new ClusterSearchException(ErrorCodes.RequestInvalid, message);
    }
}
