using System.Numerics;

namespace ClusterSearch.Index.Kernels;

/// <summary>
/// A rotated query against one-bit codes: Σ ±q of a row is about <see cref="Base"/> + <see cref="Step"/> · (sum of the row's entries).
/// </summary>
/// <remarks>
/// A table for each four coordinates has an entry for each of their 16 patterns of signs, less the table's least, divided by
/// the step and rounded to the nearest byte. The step is chosen so that the largest table fits and no sum exceeds
/// 65,535: up to 1,028 coordinates entries go to 255, beyond that less far.
/// </remarks>
internal sealed class SignQuery
{
    private const int Patterns = 1 << SignCodes.CoordinatesPerTable;

    /// <param name="rotated">Of the padded dimension.</param>
    public SignQuery(ReadOnlySpan<float> rotated)
    {
        var tableCount = SignCodes.TableCount(rotated.Length);
        Table = new byte[tableCount * Patterns];
        var largest = 0d;
        double least = 0;
        for (var table = 0; table < tableCount; table++)
        {
            var reach = 0d;
            foreach (var value in rotated.Slice(table * SignCodes.CoordinatesPerTable, SignCodes.CoordinatesPerTable)) reach += Math.Abs(value);
            least -= reach;
            largest = Math.Max(largest, 2 * reach);
        }
        var step = largest / Math.Min(byte.MaxValue, ushort.MaxValue / tableCount);
        (Base, Step) = ((float)least, (float)step);
        if (step == 0) return;
        for (var table = 0; table < tableCount; table++)
            Error += (float)Fill(rotated.Slice(table * SignCodes.CoordinatesPerTable, SignCodes.CoordinatesPerTable), step, Table.AsSpan(table * Patterns, Patterns));
    }

    /// <summary>16 entries for each four coordinates; entry p is for the pattern p of bits.</summary>
    public byte[] Table { get; }

    public int PaddedDimension => Table.Length / Patterns * SignCodes.CoordinatesPerTable;

    public float Base { get; }

    public float Step { get; }

    /// <summary>How far Σ ±q of any row can be from what its entries say: each table's largest rounding, added up.</summary>
    public float Error { get; }

    // Over the table's least a pattern's sum is that of the pattern without its lowest bit and 2q of that bit's coordinate.
    private static double Fill(ReadOnlySpan<float> four, double step, Span<byte> entries)
    {
        Span<double> sums = stackalloc double[Patterns];
        sums[0] = 0;
        foreach (var value in four) sums[0] -= 2 * Math.Min(0d, value);
        var (perStep, worst) = (1 / step, 0d);
        for (var pattern = 0; pattern < Patterns; pattern++)
        {
            if (pattern > 0) sums[pattern] = sums[pattern & (pattern - 1)] + 2 * (double)four[BitOperations.TrailingZeroCount(pattern)];
            var rounded = Math.Min(byte.MaxValue, Math.Round(sums[pattern] * perStep));
            entries[pattern] = (byte)rounded;
            worst = Math.Max(worst, Math.Abs(sums[pattern] - rounded * step));
        }
        return worst;
    }
}
