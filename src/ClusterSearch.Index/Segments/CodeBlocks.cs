using System.Runtime.InteropServices;
using ClusterSearch.Index.Kernels;
using ClusterSearch.Index.Quantisation;

namespace ClusterSearch.Index.Segments;

/// <summary>
/// One-bit codes of means around a centre, 32 at a time, with what turns them into bounds. Made of the means' bytes, so
/// that a merge makes them anew around its own centre without a vector that was given.
/// </summary>
internal sealed class CodeBlocks(int paddedDimension, float[] centre)
{
    private readonly float[] _residuals = new float[SignCodes.RowsPerBlock * paddedDimension];
    private readonly byte[] _codes = new byte[SignCodes.BlockBytes(paddedDimension)];
    private readonly ushort[] _factors = new ushort[SegmentFormat.FactorsPerRow * SignCodes.RowsPerBlock];
    private int _rows;

    /// <summary>The mean of means, in their order; zeros without any.</summary>
    public static float[] CentreOf(IReadOnlyList<SegmentVideo> videos, int paddedDimension, SearchTraffic traffic)
    {
        var centre = new float[paddedDimension];
        var row = new float[paddedDimension];
        long count = 0;
        foreach (var unit in videos.SelectMany(video => video.Units))
        {
            traffic.GiveWay();
            unit.ForEachMean(paddedDimension, (piece, mean) =>
            {
                RowMath.Dequantise(mean, piece.MeanScale, row);
                RowMath.Add(centre, row);
                count++;
            });
        }
        if (count > 0) RowMath.Scale(centre, 1f / count);
        return centre;
    }

    /// <summary>Codes of the block, once it is full or last.</summary>
    public ReadOnlySpan<byte> Codes => _codes;

    /// <summary>32 scales, then 32 errors, then 32 radii.</summary>
    public ReadOnlySpan<byte> Factors => MemoryMarshal.AsBytes(_factors.AsSpan());

    /// <returns>True when the block is full: to be taken before the next is added.</returns>
    public bool Add(PieceRow piece, ReadOnlySpan<sbyte> mean)
    {
        RowMath.Residual(mean, piece.MeanScale, centre, Next);
        return AddResidual(piece.Radius);
    }

    /// <returns>As for a piece.</returns>
    public bool Add(ReadOnlySpan<float> mean, float radius)
    {
        RowMath.Residual(mean, centre, Next);
        return AddResidual(radius);
    }

    /// <returns>False when no row is left.</returns>
    public bool Finish()
    {
        if (_rows == 0) return false;
        for (var factor = 0; factor < SegmentFormat.FactorsPerRow; factor++)
            _factors.AsSpan(factor * SignCodes.RowsPerBlock + _rows, SignCodes.RowsPerBlock - _rows).Clear();
        Pack();
        return true;
    }

    private Span<float> Next => _residuals.AsSpan(_rows * paddedDimension, paddedDimension);

    private bool AddResidual(float radius)
    {
        var residual = Next;
        var factors = SignFactors.Of(residual);
        _factors[_rows] = Half(factors.Scale);
        _factors[SignCodes.RowsPerBlock + _rows] = HalfAbove(factors.Error);
        _factors[2 * SignCodes.RowsPerBlock + _rows] = HalfAbove(radius);
        if (++_rows < SignCodes.RowsPerBlock) return false;
        Pack();
        return true;
    }

    private void Pack()
    {
        SignCodes.Pack(_residuals.AsSpan(0, _rows * paddedDimension), paddedDimension, _codes);
        _rows = 0;
    }

    /// <summary>The upper half of a float, rounded to nearest, ties to even.</summary>
    private static ushort Half(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The same, rounded up; of a number that is not negative.</summary>
    private static ushort HalfAbove(float value) => (ushort)((BitConverter.SingleToUInt32Bits(value) + 0xFFFF) >> 16);
}
