namespace ClusterSearch.Index.Kernels;

/// <summary>In plain code, for processors without a path of their own and as the reference of the others.</summary>
internal readonly unsafe struct PortableKernels : IKernels
{
    public static string Name => "portable";

    public static bool IsSupported => true;

    public static void SumBlock(byte* codes, int bytes, byte* table, ushort* sums)
    {
        new Span<ushort>(sums, SignCodes.RowsPerBlock).Clear();
        for (var first = 0; first < bytes; first += 16)
        {
            for (var row = 0; row < 16; row++)
            {
                var code = codes[first + SignCodes.Place(row)];
                sums[row] += table[first + (code & 15)];
                sums[row + 16] += table[first + (code >> 4)];
            }
        }
    }

    public static void SumBlock(byte* codes, int bytes, byte* table0, byte* table1, ushort* sums, nint apart)
    {
        SumBlock(codes, bytes, table0, sums);
        SumBlock(codes, bytes, table1, sums + apart);
    }

    public static int Dot(sbyte* row, short* query, int dimension)
    {
        var sum = 0;
        for (var i = 0; i < dimension; i++) sum += row[i] * query[i];
        return sum;
    }

    public static void Dot(sbyte* row0, sbyte* row1, sbyte* row2, sbyte* row3, short* query, int dimension, int* dots)
    {
        dots[0] = Dot(row0, query, dimension);
        dots[1] = Dot(row1, query, dimension);
        dots[2] = Dot(row2, query, dimension);
        dots[3] = Dot(row3, query, dimension);
    }

    public static void Prefetch(sbyte* bytes, int count)
    {
    }
}
