namespace ClusterSearch.Index.Kernels;

/// <summary>
/// The inner loops for one kind of processor; <see cref="KernelSet{TKernels}"/> drives them. A row's dimension is a
/// multiple of 64, so a block's codes are a multiple of 256 bytes. All pointers may be unaligned.
/// </summary>
internal unsafe interface IKernels
{
    static abstract string Name { get; }

    static abstract bool IsSupported { get; }

    /// <summary>Sums of table entries for the 32 rows of a block.</summary>
    /// <param name="bytes">Of the block, and of the table.</param>
    /// <param name="sums">32.</param>
    static abstract void SumBlock(byte* codes, int bytes, byte* table, ushort* sums);

    /// <summary>The same for two queries, whose sums are a number of rows apart.</summary>
    static abstract void SumBlock(byte* codes, int bytes, byte* table0, byte* table1, ushort* sums, nint apart);

    static abstract int Dot(sbyte* row, short* query, int dimension);

    /// <summary>Dot products of four rows with one query.</summary>
    /// <param name="dots">4.</param>
    static abstract void Dot(sbyte* row0, sbyte* row1, sbyte* row2, sbyte* row3, short* query, int dimension, int* dots);

    /// <summary>Asks for bytes before they are needed, where the processor can be asked.</summary>
    static abstract void Prefetch(sbyte* bytes, int count);
}
