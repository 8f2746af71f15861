namespace ClusterSearch.Index.Kernels;

/// <summary>
/// A rotated query as int16 with one step: q·row ≈ step · scale of the row · (whole dot product).
/// </summary>
/// <remarks>
/// The largest value is 32,767, or less where a dot product with bytes of up to 127 could leave 31 bits: with D coordinates at most
/// (2³¹ − 1) / (127 D), which is 22,016 for 768 and 14,678 for 1,152. No partial sum overflows, in whatever order.
/// </remarks>
internal sealed class ByteQuery
{
    /// <param name="rotated">Of the padded dimension.</param>
    public ByteQuery(ReadOnlySpan<float> rotated)
    {
        Values = new short[rotated.Length];
        var largest = 0f;
        foreach (var value in rotated) largest = Math.Max(largest, Math.Abs(value));
        if (largest == 0) return;
        var limit = Limit(rotated.Length);
        Step = largest / limit;
        for (var i = 0; i < rotated.Length; i++) Values[i] = (short)Math.Clamp(Math.Round((double)rotated[i] / largest * limit), -limit, limit);
    }

    public short[] Values { get; }

    /// <summary>0 for a query of zeros.</summary>
    public float Step { get; }

    public static int Limit(int paddedDimension) => Math.Min(short.MaxValue, int.MaxValue / (ByteRows.Reach * paddedDimension));

    /// <summary>A dot product as a score, with the bits that every caller gets.</summary>
    public float Score(int dot, float scale) => dot * (Step * scale);
}
