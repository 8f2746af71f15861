using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Quantisation;

namespace ClusterSearch.Index.Segments;

/// <summary>The mean of a unit and its radius, of its pieces as they are stored. One a writer.</summary>
internal sealed class UnitMean(int paddedDimension)
{
    // Of 16 rows and their mean: what a radius of sums of roundings is lengthened by.
    private const float Loss = 1e-4f;

    private readonly float[] _pieces = new float[Unit.MaximumSamples * paddedDimension];
    private readonly float[] _mean = new float[paddedDimension];

    /// <summary>Of the unit that was looked at last.</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <returns>The radius: no sample of the unit, as it is stored, lies farther from the mean.</returns>
    public float Of(SegmentUnit unit)
    {
        var count = 0;
        _mean.AsSpan().Clear();
        unit.ForEachMean(paddedDimension, (piece, bytes) =>
        {
            var row = _pieces.AsSpan(count++ * paddedDimension, paddedDimension);
            RowMath.Dequantise(bytes, piece.MeanScale, row);
            RowMath.AddScaled(_mean, row, piece.Count);
        });
        RowMath.Scale(_mean, 1f / unit.Row.Count);
        if (count == 1) return unit.Pieces[0].Radius;
        var radius = 0f;
        for (var i = 0; i < count; i++)
            radius = Math.Max(radius, RowMath.Radius(_pieces.AsSpan(i * paddedDimension, paddedDimension), _mean) + unit.Pieces[i].Radius);
        return radius * (1 + Loss);
    }
}
