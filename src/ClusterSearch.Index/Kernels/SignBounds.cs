using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.Index.Kernels;

/// <summary>
/// From the sums of <see cref="KernelSet.SumCodes"/> to estimates, and the rows whose bound reaches a threshold:
/// estimate = offset + scale · (base + step · sum), bound = estimate + slack of the row · its weight.
/// </summary>
/// <param name="Offset">Added to all: the query's dot product with the centre.</param>
/// <param name="Base">The query's, plus what the table's rounding shall be allowed for (up to <see cref="SignQuery.Error"/>).</param>
/// <param name="Step">The query's.</param>
/// <param name="SlackWeight">For a row's slack: ε · |q| where it is its <see cref="SignFactors.Error"/>.</param>
internal readonly record struct SignBounds(float Offset, float Base, float Step, float SlackWeight)
{
    /// <summary>The rows whose bound is not below the threshold, in order, with their bounds; returns how many.</summary>
    /// <param name="sums">One a row.</param>
    /// <param name="scales">One a row.</param>
    /// <param name="slacks">One a row, not negative.</param>
    /// <param name="admitted">A bit a row, the lowest first, 32 a word; empty for all.</param>
    /// <param name="rows">Room for all rows.</param>
    /// <param name="bounds">Room for all rows.</param>
    public int Reaching(
        float threshold, ReadOnlySpan<ushort> sums, ReadOnlySpan<float> scales, ReadOnlySpan<float> slacks, ReadOnlySpan<uint> admitted,
        Span<int> rows, Span<float> bounds)
    {
        ref var sum = ref MemoryMarshal.GetReference(sums);
        ref var scale = ref MemoryMarshal.GetReference(scales[..sums.Length]);
        ref var slack = ref MemoryMarshal.GetReference(slacks[..sums.Length]);
        var (least, eight, count) = (Vector256.Create(threshold), sums.Length - sums.Length % 8, 0);
        Span<float> found = stackalloc float[8];
        for (var row = 0; row < eight; row += 8)
        {
            var whole = Vector256.WidenLower(Vector128.LoadUnsafe(ref sum, (nuint)row).ToVector256Unsafe()).AsInt32();
            var estimate = Vector256.Create(Offset) + Vector256.LoadUnsafe(ref scale, (nuint)row) * (Vector256.Create(Base) + Step * Vector256.ConvertToSingle(whole));
            var bound = estimate + Vector256.LoadUnsafe(ref slack, (nuint)row) * SlackWeight;
            var reaching = Vector256.GreaterThanOrEqual(bound, least).ExtractMostSignificantBits();
            if (!admitted.IsEmpty) reaching &= admitted[row / 32] >> row;
            if (reaching == 0) continue;
            bound.CopyTo(found);
            for (; reaching != 0; reaching &= reaching - 1, count++)
            {
                var i = BitOperations.TrailingZeroCount(reaching);
                (rows[count], bounds[count]) = (row + i, found[i]);
            }
        }
        for (var row = eight; row < sums.Length; row++)
        {
            if (!admitted.IsEmpty && (admitted[row / 32] >> row & 1) == 0) continue;
            var bound = Bound(sums[row], scales[row], slacks[row]);
            if (!(bound >= threshold)) continue;
            (rows[count], bounds[count]) = (row, bound);
            count++;
        }
        return count;
    }

    /// <summary>One row's bound, with the bits that <see cref="Reaching"/> gives it.</summary>
    public float Bound(ushort sum, float scale, float slack) => (Offset + scale * (Base + Step * sum)) + slack * SlackWeight;
}
