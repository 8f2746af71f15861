namespace ClusterSearch.Index.Kernels;

/// <summary>
/// The integer kernels for one kind of processor. <see cref="Chosen"/> is decided once, at start; every member of
/// <see cref="Supported"/> gives the same numbers.
/// </summary>
internal abstract unsafe class KernelSet
{
    /// <summary>Plain code, what the others are compared with.</summary>
    public static KernelSet Portable { get; } = new PortableKernels();

    /// <summary>All that this processor can run, the fastest first.</summary>
    public static IReadOnlyList<KernelSet> Supported { get; } = [Portable];

    public static KernelSet Chosen { get; } = Supported[0];

    /// <summary>For people: `avx512bw`, `avx2`, `advsimd`, `portable`.</summary>
    public abstract string Name { get; }

    /// <summary>Sums of table entries, for each query and each row of whole blocks of <see cref="SignCodes"/>; one pass over the codes.</summary>
    /// <param name="blocks">First of the blocks; each of <see cref="SignCodes.BlockBytes"/>.</param>
    /// <param name="queries">One or more, of one padded dimension.</param>
    /// <param name="admitted">A word a block: blocks whose word is 0 are not read and their sums not written; empty for all.</param>
    /// <param name="sums">Query by query, blockCount x 32 each.</param>
    public abstract void SumCodes(byte* blocks, int blockCount, ReadOnlySpan<SignQuery> queries, ReadOnlySpan<uint> admitted, Span<ushort> sums);

    /// <summary>Whole dot products of each query with each of rows that lie one after the other; one pass over the rows.</summary>
    /// <param name="rows">First of the rows of padded dimension bytes.</param>
    /// <param name="dots">Query by query, rowCount each.</param>
    public abstract void Dot(sbyte* rows, int rowCount, ReadOnlySpan<ByteQuery> queries, Span<int> dots);

    /// <summary>Whole dot products of a query with rows here and there, fetched from memory ahead of their use.</summary>
    /// <param name="rows">Row 0.</param>
    /// <param name="numbers">Which rows.</param>
    /// <param name="dots">One a number.</param>
    public abstract void DotGathered(sbyte* rows, ReadOnlySpan<int> numbers, ByteQuery query, Span<int> dots);
}
