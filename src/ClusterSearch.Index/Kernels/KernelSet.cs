namespace ClusterSearch.Index.Kernels;

/// <summary>
/// The integer kernels for one kind of processor. <see cref="Chosen"/> is decided once, at start; every member of
/// <see cref="Supported"/> gives the same numbers.
/// </summary>
internal abstract unsafe class KernelSet
{
    /// <summary>Plain code, what the others are compared with.</summary>
    public static KernelSet Portable { get; } = new KernelSet<PortableKernels>();

    /// <summary>All that this processor can run, the fastest first.</summary>
    public static IReadOnlyList<KernelSet> Supported { get; } =
    [
        .. If<Avx512Kernels>(), .. If<AvxVnniKernels>(), .. If<Avx2Kernels>(), .. If<AdvSimdKernels>(), Portable,
    ];

    public static KernelSet Chosen { get; } = Supported[0];

    /// <summary>For people and reports: avx512bw, avxvnni, avx2, advsimd, portable.</summary>
    public abstract string Name { get; }

    /// <summary>Sums of table entries, for each query and each row of whole blocks of <see cref="SignCodes"/>; one pass over the codes.</summary>
    /// <param name="blocks">First of the blocks; each of <see cref="SignCodes.BlockBytes"/>.</param>
    /// <param name="queries">One or more, of one padded dimension.</param>
    /// <param name="admitted">A word a block: blocks whose word is 0 are not read and their sums not written; empty for all.</param>
    /// <param name="sums">Query by query, blockCount x 32 each.</param>
    public abstract void SumCodes(byte* blocks, int blockCount, ReadOnlySpan<SignQuery> queries, ReadOnlySpan<uint> admitted, Span<ushort> sums);

    /// <summary>Whole dot products of each query with each of rows that lie one after the other; one pass over the rows.</summary>
    /// <param name="rows">First of the rows of padded dimension bytes.</param>
    /// <param name="queries">One or more, of one padded dimension.</param>
    /// <param name="dots">Query by query, rowCount each.</param>
    public abstract void Dot(sbyte* rows, int rowCount, ReadOnlySpan<ByteQuery> queries, Span<int> dots);

    /// <summary>Whole dot products of a query with rows here and there, asked from memory ahead of their use.</summary>
    /// <param name="rows">Row 0.</param>
    /// <param name="numbers">Which rows.</param>
    /// <param name="dots">One a number.</param>
    public abstract void DotGathered(sbyte* rows, ReadOnlySpan<int> numbers, ByteQuery query, Span<int> dots);

    private static KernelSet[] If<TKernels>()
        where TKernels : struct, IKernels => TKernels.IsSupported ? [new KernelSet<TKernels>()] : [];
}

/// <inheritdoc/>
internal sealed unsafe class KernelSet<TKernels> : KernelSet
    where TKernels : struct, IKernels
{
    // Rows asked for ahead of the one at work: from 4 of 512 bytes on a row took 70 ns instead of 130.
    private const int RowsAhead = 8;

    // In rows that lie one after the other: the processor follows one stream of reads by itself, not the four of four rows. Asked for
    // so far ahead, they came at 19 GB/s instead of 8, as fast as plain reads.
    private const int BytesAhead = 8192;

    public override string Name => TKernels.Name;

    public override void SumCodes(byte* blocks, int blockCount, ReadOnlySpan<SignQuery> queries, ReadOnlySpan<uint> admitted, Span<ushort> sums)
    {
        var blockBytes = SignCodes.BlockBytes(SameDimension(queries));
        var rowCount = blockCount * SignCodes.RowsPerBlock;
        if (sums.Length != (long)rowCount * queries.Length) throw new ArgumentException($"Expected room for {queries.Length} x {rowCount} sums, found {sums.Length}.", nameof(sums));
        if (!admitted.IsEmpty && admitted.Length != blockCount) throw new ArgumentException($"Expected {blockCount} words, found {admitted.Length}.", nameof(admitted));
        fixed (ushort* first = sums)
        {
            for (var block = 0; block < blockCount; block++, blocks += blockBytes)
            {
                if (!admitted.IsEmpty && admitted[block] == 0) continue;
                var blockSums = first + block * SignCodes.RowsPerBlock;
                var query = 0;
                for (; query + 2 <= queries.Length; query += 2, blockSums += rowCount * 2L)
                {
                    fixed (byte* table0 = queries[query].Table, table1 = queries[query + 1].Table)
                        TKernels.SumBlock(blocks, blockBytes, table0, table1, blockSums, rowCount);
                }
                if (query == queries.Length) continue;
                fixed (byte* table = queries[query].Table) TKernels.SumBlock(blocks, blockBytes, table, blockSums);
            }
        }
    }

    public override void Dot(sbyte* rows, int rowCount, ReadOnlySpan<ByteQuery> queries, Span<int> dots)
    {
        var dimension = SameDimension(queries);
        if (dots.Length != (long)rowCount * queries.Length) throw new ArgumentException($"Expected room for {queries.Length} x {rowCount} products, found {dots.Length}.", nameof(dots));
        var end = rows + (long)rowCount * dimension;
        // A unit's few rows all at once, and never those of others.
        TKernels.Prefetch(rows, (int)Math.Min(BytesAhead, end - rows));
        fixed (int* first = dots)
        {
            var row = 0;
            for (; row + 4 <= rowCount; row += 4, rows += 4L * dimension)
            {
                if (end - rows > BytesAhead) TKernels.Prefetch(rows + BytesAhead, (int)Math.Min(4 * dimension, end - rows - BytesAhead));
                for (var query = 0; query < queries.Length; query++)
                {
                    fixed (short* values = queries[query].Values)
                        TKernels.Dot(rows, rows + dimension, rows + 2L * dimension, rows + 3L * dimension, values, dimension, first + (long)query * rowCount + row);
                }
            }
            for (; row < rowCount; row++, rows += dimension)
            {
                for (var query = 0; query < queries.Length; query++)
                {
                    fixed (short* values = queries[query].Values) first[(long)query * rowCount + row] = TKernels.Dot(rows, values, dimension);
                }
            }
        }
    }

    public override void DotGathered(sbyte* rows, ReadOnlySpan<int> numbers, ByteQuery query, Span<int> dots)
    {
        if (dots.Length != numbers.Length) throw new ArgumentException($"Expected room for {numbers.Length} products, found {dots.Length}.", nameof(dots));
        var dimension = query.Values.Length;
        for (var i = 0; i < Math.Min(RowsAhead, numbers.Length); i++) TKernels.Prefetch(rows + (long)numbers[i] * dimension, dimension);
        fixed (short* values = query.Values)
        fixed (int* first = dots)
        {
            var i = 0;
            for (; i + 4 <= numbers.Length; i += 4)
            {
                for (var next = i + RowsAhead; next < Math.Min(i + RowsAhead + 4, numbers.Length); next++) TKernels.Prefetch(rows + (long)numbers[next] * dimension, dimension);
                TKernels.Dot(
                    rows + (long)numbers[i] * dimension, rows + (long)numbers[i + 1] * dimension,
                    rows + (long)numbers[i + 2] * dimension, rows + (long)numbers[i + 3] * dimension, values, dimension, first + i);
            }
            for (; i < numbers.Length; i++) dots[i] = TKernels.Dot(rows + (long)numbers[i] * dimension, values, dimension);
        }
    }

    private static int SameDimension(ReadOnlySpan<SignQuery> queries)
    {
        foreach (var query in queries)
            if (query.PaddedDimension != queries[0].PaddedDimension) throw Different(queries[0].PaddedDimension, query.PaddedDimension);
        return queries[0].PaddedDimension;
    }

    private static int SameDimension(ReadOnlySpan<ByteQuery> queries)
    {
        foreach (var query in queries)
            if (query.Values.Length != queries[0].Values.Length) throw Different(queries[0].Values.Length, query.Values.Length);
        return queries[0].Values.Length;
    }

    private static ArgumentException Different(int expected, int found) => new($"Expected queries of one dimension, found {expected} and {found}.");
}
