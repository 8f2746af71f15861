using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ClusterSearch.Index.Kernels;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>
/// From the sums of a query's table entries to bounds: offset + scale · (base + step · sum) + (error · its weight + radius · its
/// weight), each product and sum rounded apart. A segment keeps upper halves of floats, 32 scales, 32 errors and 32 radii for each block.
/// </summary>
/// <param name="Offset">Added to all: the query's dot product with the centre.</param>
/// <param name="Base"><see cref="SignQuery.Base"/>.</param>
/// <param name="Step"><see cref="SignQuery.Step"/>.</param>
/// <param name="ErrorWeight">Of a row's error: so many deviations times the query's length.</param>
/// <param name="RadiusWeight">How far samples may lie above their mean, in radii of their piece.</param>
internal readonly record struct SignLine(float Offset, float Base, float Step, float ErrorWeight, float RadiusWeight)
{
    /// <param name="sums">Whole blocks of 32.</param>
    /// <param name="factors">96 for each block.</param>
    /// <param name="bounds">One a sum.</param>
    public unsafe void Bounds(ReadOnlySpan<ushort> sums, ushort* factors, Span<float> bounds)
    {
        ref var sum = ref MemoryMarshal.GetReference(sums);
        ref var bound = ref MemoryMarshal.GetReference(bounds);
        for (nuint row = 0; row < (nuint)sums.Length; row += SignCodes.RowsPerBlock, factors += SegmentFormat.FactorsPerRow * SignCodes.RowsPerBlock)
        {
            for (nuint part = 0; part < SignCodes.RowsPerBlock; part += 16)
            {
                var (sumLow, sumHigh) = Vector256.Widen(Vector256.LoadUnsafe(ref sum, row + part));
                var (scaleLow, scaleHigh) = Floats(factors + part);
                var (errorLow, errorHigh) = Floats(factors + SignCodes.RowsPerBlock + part);
                var (radiusLow, radiusHigh) = Floats(factors + 2 * SignCodes.RowsPerBlock + part);
                Of(sumLow, scaleLow, errorLow, radiusLow).StoreUnsafe(ref bound, row + part);
                Of(sumHigh, scaleHigh, errorHigh, radiusHigh).StoreUnsafe(ref bound, row + part + 8);
            }
        }
    }

    private Vector256<float> Of(Vector256<uint> sums, Vector256<float> scales, Vector256<float> errors, Vector256<float> radii) =>
        (Vector256.Create(Offset) + scales * (Vector256.Create(Base) + Step * Vector256.ConvertToSingle(sums.AsInt32()))) + (errors * ErrorWeight + radii * RadiusWeight);

    private static unsafe (Vector256<float>, Vector256<float>) Floats(ushort* halves)
    {
        var (low, high) = Vector256.Widen(Vector256.Load(halves));
        return ((low << 16).AsSingle(), (high << 16).AsSingle());
    }
}
