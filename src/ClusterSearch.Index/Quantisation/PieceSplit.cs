using ClusterSearch.Index.Scoring;

namespace ClusterSearch.Index.Quantisation;

/// <summary>
/// Cuts a unit where its samples stop looking alike. A mean says what its samples score only as far as they lie near it: of a unit
/// in which a car passes for two seconds, the car is a piece of its own, and the empty road another. Footage that stands still is
/// one piece a unit, samples in no order are a piece each.
/// </summary>
internal static class PieceSplit
{
    /// <summary>
    /// A sample joins the piece before it when it lies no farther than this from the mean of that, or looks as much like it (a cosine
    /// of about .87). Farther, and means hide more; nearer, and footage with a moving camera falls apart.
    /// </summary>
    private const double MaximumDistance = 0.5;

    /// <param name="rows">[n, dimension], in order; n is 1 or more.</param>
    /// <returns>The sample behind each piece, ascending; the last is n.</returns>
    public static List<int> Ends(ReadOnlySpan<float> rows, int dimension)
    {
        var count = rows.Length / dimension;
        var ends = new List<int>();
        var sum = rows[..dimension].ToArray();
        var members = 1;
        for (var i = 1; i < count; i++)
        {
            var row = rows.Slice(i * dimension, dimension);
            // |x - s/n|² of three dot products, whose order of summation is fixed.
            var squared = DotKernel.Dot(row, row) - 2.0 * DotKernel.Dot(row, sum) / members + DotKernel.Dot(sum, sum) / ((double)members * members);
            if (squared <= MaximumDistance * MaximumDistance)
            {
                RowMath.Add(sum, row);
                members++;
                continue;
            }
            ends.Add(i);
            row.CopyTo(sum);
            members = 1;
        }
        ends.Add(count);
        return ends;
    }
}
