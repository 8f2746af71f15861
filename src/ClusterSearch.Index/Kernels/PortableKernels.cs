namespace ClusterSearch.Index.Kernels;

/// <summary>In plain code, for processors without a path of their own and as the reference of the others.</summary>
internal sealed unsafe class PortableKernels : KernelSet
{
    public override string Name => "portable";

    public override void SumCodes(byte* blocks, int blockCount, ReadOnlySpan<SignQuery> queries, ReadOnlySpan<uint> admitted, Span<ushort> sums)
    {
        var blockBytes = SignCodes.BlockBytes(queries[0].PaddedDimension);
        for (var block = 0; block < blockCount; block++)
        {
            if (!admitted.IsEmpty && admitted[block] == 0) continue;
            var codes = new ReadOnlySpan<byte>(blocks + (long)block * blockBytes, blockBytes);
            for (var query = 0; query < queries.Length; query++)
                SumBlock(codes, queries[query].Table, sums.Slice((query * blockCount + block) * SignCodes.RowsPerBlock, SignCodes.RowsPerBlock));
        }
    }

    public override void Dot(sbyte* rows, int rowCount, ReadOnlySpan<ByteQuery> queries, Span<int> dots)
    {
        var dimension = queries[0].Values.Length;
        for (var row = 0; row < rowCount; row++)
            for (var query = 0; query < queries.Length; query++)
                dots[query * rowCount + row] = Dot(rows + (long)row * dimension, queries[query].Values);
    }

    public override void DotGathered(sbyte* rows, ReadOnlySpan<int> numbers, ByteQuery query, Span<int> dots)
    {
        for (var i = 0; i < numbers.Length; i++) dots[i] = Dot(rows + (long)numbers[i] * query.Values.Length, query.Values);
    }

    private static void SumBlock(ReadOnlySpan<byte> codes, ReadOnlySpan<byte> table, Span<ushort> sums)
    {
        sums.Clear();
        for (var first = 0; first < codes.Length; first += 16)
        {
            for (var row = 0; row < 16; row++)
            {
                var code = codes[first + SignCodes.Place(row)];
                sums[row] += table[first + (code & 15)];
                sums[row + 16] += table[first + (code >> 4)];
            }
        }
    }

    private static int Dot(sbyte* row, ReadOnlySpan<short> query)
    {
        var sum = 0;
        for (var i = 0; i < query.Length; i++) sum += row[i] * query[i];
        return sum;
    }
}
