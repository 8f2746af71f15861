using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.Index.Kernels;

/// <summary>
/// One bit a coordinate: set where a rotated residual (vector less centre) is not negative. Rows lie in blocks of 32, so that a look-up in
/// a register serves many rows (the fast scan of André, Kermarrec and Le Scouarnec 2015, in the order of faiss and RaBitQ's library).
/// </summary>
/// <remarks>
/// A block holds 16 bytes for each four coordinates, in their order: byte j has the four bits of row <c>Order[j]</c> in its
/// lower half and those of row <c>Order[j] + 16</c> in its upper half; bit i is coordinate 4t + i.
/// Order: 0, 8, 1, 9, … 7, 15, so that even and odd bytes end as runs of rows. Rows missing from the last block are zeros.
/// </remarks>
internal static class SignCodes
{
    public const int RowsPerBlock = 32;

    /// <summary>As many bits as make a place in a table of 16.</summary>
    public const int CoordinatesPerTable = 4;

    public static int TableCount(int paddedDimension) => paddedDimension / CoordinatesPerTable;

    /// <summary>Of a block of 32 rows: 4 a coordinate.</summary>
    public static int BlockBytes(int paddedDimension) => paddedDimension * RowsPerBlock / 8;

    public static long BlockCount(long rowCount) => (rowCount + RowsPerBlock - 1) / RowsPerBlock;

    /// <summary>Packs up to 32 rows of rotated residuals into one block.</summary>
    /// <param name="residuals">Rows of a padded dimension's values.</param>
    /// <param name="block">Exactly <see cref="BlockBytes"/>; overwritten.</param>
    public static void Pack(ReadOnlySpan<float> residuals, int paddedDimension, Span<byte> block)
    {
        var rowCount = residuals.Length / paddedDimension;
        if (rowCount > RowsPerBlock || residuals.Length != rowCount * paddedDimension || block.Length != BlockBytes(paddedDimension))
            throw new ArgumentException($"Expected up to 32 rows of {paddedDimension} and {BlockBytes(paddedDimension)} bytes, found {residuals.Length} values and {block.Length} bytes.", nameof(block));
        block.Clear();
        for (var row = 0; row < rowCount; row++)
        {
            var (place, shift) = (Place(row), row < 16 ? 0 : 4);
            ref var values = ref MemoryMarshal.GetReference(residuals.Slice(row * paddedDimension, paddedDimension));
            for (var i = 0; i < paddedDimension; i += 2 * CoordinatesPerTable)
            {
                var bits = Vector256.GreaterThanOrEqual(Vector256.LoadUnsafe(ref values, (nuint)i), Vector256<float>.Zero).ExtractMostSignificantBits();
                block[i * 4 + place] |= (byte)((bits & 15) << shift);
                block[i * 4 + 16 + place] |= (byte)(bits >> 4 << shift);
            }
        }
    }

    /// <summary>The byte of a row within the 16 of four coordinates.</summary>
    internal static int Place(int row) => row % 8 * 2 + row / 8 % 2;
}
