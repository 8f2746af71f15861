using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.Index.Quantisation;

/// <summary>Sums and distances of rows of a multiple of 64 values, with the same bits on every processor: multiply and add rounded apart, lanes of one width.</summary>
internal static class RowMath
{
    // Of 1,024 additions of numbers that grow: what a radius is rounded up by.
    private const float Loss = 1e-4f;

    public static void Add(Span<float> sum, ReadOnlySpan<float> row)
    {
        ref var s = ref MemoryMarshal.GetReference(sum);
        ref var r = ref MemoryMarshal.GetReference(row);
        for (nuint i = 0; i < (nuint)sum.Length; i += 8) (Vector256.LoadUnsafe(ref s, i) + Vector256.LoadUnsafe(ref r, i)).StoreUnsafe(ref s, i);
    }

    /// <summary>sum += by · row.</summary>
    public static void AddScaled(Span<float> sum, ReadOnlySpan<float> row, float by)
    {
        ref var s = ref MemoryMarshal.GetReference(sum);
        ref var r = ref MemoryMarshal.GetReference(row);
        for (nuint i = 0; i < (nuint)sum.Length; i += 8) (Vector256.LoadUnsafe(ref s, i) + Vector256.LoadUnsafe(ref r, i) * by).StoreUnsafe(ref s, i);
    }

    /// <param name="rows">[n, mean's length].</param>
    /// <param name="mean">Overwritten.</param>
    public static void Mean(ReadOnlySpan<float> rows, Span<float> mean)
    {
        var count = rows.Length / mean.Length;
        rows[..mean.Length].CopyTo(mean);
        for (var row = 1; row < count; row++) Add(mean, rows.Slice(row * mean.Length, mean.Length));
        Scale(mean, 1f / count);
    }

    public static void Scale(Span<float> row, float by)
    {
        ref var r = ref MemoryMarshal.GetReference(row);
        for (nuint i = 0; i < (nuint)row.Length; i += 8) (Vector256.LoadUnsafe(ref r, i) * by).StoreUnsafe(ref r, i);
    }

    /// <summary>row = scale · bytes.</summary>
    public static void Dequantise(ReadOnlySpan<sbyte> bytes, float scale, Span<float> row)
    {
        ref var b = ref MemoryMarshal.GetReference(bytes);
        ref var r = ref MemoryMarshal.GetReference(row);
        for (nuint i = 0; i < (nuint)row.Length; i += 16)
        {
            var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref b, i));
            (Vector256.ConvertToSingle(Wide(low)) * scale).StoreUnsafe(ref r, i);
            (Vector256.ConvertToSingle(Wide(high)) * scale).StoreUnsafe(ref r, i + 8);
        }

        static Vector256<int> Wide(Vector128<short> eight)
        {
            var (low, high) = Vector128.Widen(eight);
            return Vector256.Create(low, high);
        }
    }

    /// <summary>row = scale · bytes - centre.</summary>
    public static void Residual(ReadOnlySpan<sbyte> bytes, float scale, ReadOnlySpan<float> centre, Span<float> row)
    {
        Dequantise(bytes, scale, row);
        Residual(row, centre, row);
    }

    /// <summary>row = values - centre; values may be the row itself.</summary>
    public static void Residual(ReadOnlySpan<float> values, ReadOnlySpan<float> centre, Span<float> row)
    {
        ref var v = ref MemoryMarshal.GetReference(values);
        ref var c = ref MemoryMarshal.GetReference(centre);
        ref var r = ref MemoryMarshal.GetReference(row);
        for (nuint i = 0; i < (nuint)row.Length; i += 8) (Vector256.LoadUnsafe(ref v, i) - Vector256.LoadUnsafe(ref c, i)).StoreUnsafe(ref r, i);
    }

    /// <summary>The largest distance of a row from the mean, rounded up.</summary>
    public static float Radius(ReadOnlySpan<float> rows, ReadOnlySpan<float> mean)
    {
        var largest = 0f;
        for (var first = 0; first < rows.Length; first += mean.Length) largest = Math.Max(largest, SquaredDistance(rows.Slice(first, mean.Length), mean));
        return largest == 0 ? 0 : MathF.BitIncrement(MathF.Sqrt(largest) * (1 + Loss));
    }

    private static float SquaredDistance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        Vector256<float> a = default, b = default;
        for (nuint i = 0; i < (nuint)left.Length; i += 16)
        {
            var (first, second) = (Vector256.LoadUnsafe(ref l, i) - Vector256.LoadUnsafe(ref r, i), Vector256.LoadUnsafe(ref l, i + 8) - Vector256.LoadUnsafe(ref r, i + 8));
            a += first * first;
            b += second * second;
        }
        var eight = a + b;
        var four = eight.GetLower() + eight.GetUpper();
        return (four[0] + four[2]) + (four[1] + four[3]);
    }
}
