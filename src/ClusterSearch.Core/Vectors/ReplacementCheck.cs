using System.Numerics.Tensors;

namespace ClusterSearch.Core.Vectors;

/// <summary>What every vector store asks of replacements before it writes any of them: <see cref="IVectorStore.ReplaceAsync"/>.</summary>
public static class ReplacementCheck
{
    /// <returns>The dimension of their vectors; 0 when they have none.</returns>
    /// <exception cref="ClusterSearchException">request.invalid, archive.encoding.</exception>
    public static int DimensionOf(string encodingId, IReadOnlyList<UnitReplacement> replacements)
    {
        var dimension = 0;
        foreach (var replacement in replacements)
        {
            if (replacement.Video.Value.Length == 0) throw Invalid("a replacement names its video, found one without");
            var end = 0L;
            foreach (var unit in replacement.Units.OrderBy(unit => unit.FirstSample))
            {
                if (dimension == 0) dimension = unit.Mean.Length;
                Check(encodingId, unit, dimension);
                if (!replacement.Range.Contains(unit.FirstSample))
                    throw Invalid($"unit {unit.FirstSample} of video {replacement.Video} lies outside of the replaced range {replacement.Range}");
                if (unit.FirstSample < end)
                    throw Invalid($"units of video {replacement.Video} follow each other, unit {unit.FirstSample} begins before sample {end}");
                end = unit.FirstSample + unit.Count;
            }
        }
        return dimension;
    }

    private static void Check(string encodingId, Unit unit, int dimension)
    {
        if (unit.Count is < 1 or > Unit.MaximumSamples)
            throw Invalid($"a unit has 1 to {Unit.MaximumSamples} samples, unit {unit.FirstSample} has {unit.Count}");
        if (dimension == 0 || unit.Mean.Length != dimension || unit.Vectors.Length != unit.Count * dimension)
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding,
                $"encoding {encodingId}: vectors of {dimension} dimensions were expected, unit {unit.FirstSample} has a mean of {unit.Mean.Length} and {unit.Vectors.Length} numbers for {unit.Count} samples");
        // Scores of a range are looked for in units that begin at most 15 samples before it.
        if (unit.FirstSample % Unit.MaximumSamples + unit.Count > Unit.MaximumSamples)
            throw Invalid($"a unit does not cross a number divisible by {Unit.MaximumSamples}, unit {unit.FirstSample} of {unit.Count} samples does");
        if (unit.ShotFirstSample < 0 || unit.ShotFirstSample > unit.FirstSample)
            throw Invalid($"a shot begins at or before its units, that of unit {unit.FirstSample} begins at {unit.ShotFirstSample}");
        if (!double.IsFinite(unit.Seconds[0]) || !double.IsFinite(unit.Seconds[^1]) || !IsAscending(unit.Seconds))
            throw Invalid($"the seconds of a unit are finite and ascend, those of unit {unit.FirstSample} do not");
        if (!float.IsFinite(unit.Radius) || unit.Radius < 0 || !AreFinite(unit.Mean) || !AreFinite(unit.Vectors))
            throw Invalid($"unit {unit.FirstSample} holds a number that is not finite, or a negative radius");
    }

    private static bool IsAscending(ReadOnlySpan<double> seconds)
    {
        for (var i = 1; i < seconds.Length; i++)
            if (!(seconds[i] >= seconds[i - 1])) return false;
        return true;
    }

    private static bool AreFinite(ReadOnlySpan<float> numbers)
    {
        // A sum of squares is finite where all are; where it is too large, each is looked at.
        if (float.IsFinite(TensorPrimitives.SumOfSquares(numbers))) return true;
        foreach (var number in numbers)
            if (!float.IsFinite(number)) return false;
        return true;
    }

    private static ClusterSearchException Invalid(string message) => new(ErrorCodes.RequestInvalid, message);
}
