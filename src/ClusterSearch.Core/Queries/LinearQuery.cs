using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Core.Queries;

/// <summary>One part of a linear query.</summary>
/// <param name="Vector">An embedding of length 1.</param>
/// <param name="Weight">Above 0, finite.</param>
/// <param name="IsNegative">Whether what it shows is not wanted.</param>
public readonly record struct WeightedVector(float[] Vector, double Weight, bool IsNegative = false);

/// <summary>
/// Makes one vector of a query's parts: q = (sum of w_p v_p over the wanted - sum of w_n v_n over the unwanted) / (sum of w_p).
/// <para>
/// The result is not renormalised: a score is the weighted mean of the wanted parts' cosines, less the unwanted ones' in
/// the same measure, so one part alone keeps its cosine and a model's calibration keeps its meaning.
/// </para>
/// </summary>
public static class LinearQuery
{
    // Embeddings are normalised in float; half precision on the way is off by 1e-3.
    private const double LengthTolerance = 5e-3;

    /// <param name="parts">At least one that is wanted: what only is not something is nearly everything, in no order worth showing.</param>
    /// <returns>A vector of the parts' dimension.</returns>
    /// <exception cref="ClusterSearchException">request.invalid, naming every fault.</exception>
    public static float[] Combine(IReadOnlyList<WeightedVector> parts)
    {
        var faults = Faults(parts);
        if (faults.Count > 0) throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"query: {string.Join("; ", faults)}");

        double wantedWeight = 0;
        foreach (var part in parts)
            if (!part.IsNegative) wantedWeight += part.Weight;
        var sums = new double[parts[0].Vector.Length];
        foreach (var part in parts)
        {
            var weight = (part.IsNegative ? -part.Weight : part.Weight) / wantedWeight;
            for (var c = 0; c < sums.Length; c++) sums[c] += weight * part.Vector[c];
        }
        return Array.ConvertAll(sums, sum => (float)sum);
    }

    private static List<string> Faults(IReadOnlyList<WeightedVector> parts)
    {
        var faults = new List<string>();
        if (parts.Count == 0) faults.Add("expected at least one part (a text, a picture or a moment), found none");
        else if (parts.All(part => part.IsNegative)) faults.Add("expected at least one part that says what to look for, found only negatives");
        for (var i = 0; i < parts.Count; i++)
        {
            var (vector, weight, _) = parts[i];
            if (!double.IsFinite(weight) || weight <= 0) faults.Add($"part {i + 1}: expected a weight above 0, found {weight}");
            if (vector.Length == 0 || vector.Length != parts[0].Vector.Length)
            {
                faults.Add($"part {i + 1}: expected dimension {parts[0].Vector.Length}, found {vector.Length}");
                continue;
            }
            var length = Math.Sqrt(DotProduct.Of(vector, vector));
            if (!(Math.Abs(length - 1) <= LengthTolerance)) faults.Add($"part {i + 1}: expected a vector of length 1, found {length:0.####}");
        }
        return faults;
    }
}
