namespace ClusterSearch.Index.Kernels;

/// <summary>Which kernels the index runs on here, and whether this processor gives the numbers of plain code with them.</summary>
public static class KernelCheck
{
    private const int Dimension = 512;
    private const int Rows = 70;

    /// <summary>avx512bw, avxvnni, avx2, advsimd or portable.</summary>
    public static string Chosen => KernelSet.Chosen.Name;

    /// <summary>The paths of this processor that differ from plain code over fixed numbers, random and extreme; none, as it should be.</summary>
    public static IReadOnlyList<string> Differing() => [.. KernelSet.Supported.Where(path => !Agrees(path)).Select(path => path.Name)];

    private static unsafe bool Agrees(KernelSet path)
    {
        const int Blocks = 3;
        var random = new Random(1);
        var bytes = new byte[Math.Max(Rows * Dimension, Blocks * SignCodes.BlockBytes(Dimension))];
        random.NextBytes(bytes);
        bytes.AsSpan(0, Dimension).Fill(0x81);
        var query = new float[Dimension];
        foreach (ref var value in query.AsSpan()) value = random.NextSingle() - 0.5f;
        var flat = new float[Dimension];
        Array.Fill(flat, 1);
        SignQuery[] signs = [new(query), new(flat), new(query)];
        ByteQuery[] whole = [new(query), new(flat)];
        int[] numbers = [.. Enumerable.Range(0, Rows).Select(_ => random.Next(Rows))];
        fixed (byte* first = bytes)
        {
            return Results(path, (nint)first).SequenceEqual(Results(KernelSet.Portable, (nint)first));
        }

        int[] Results(KernelSet kernels, nint memory)
        {
            var sums = new ushort[Blocks * SignCodes.RowsPerBlock * signs.Length];
            var (dots, gathered) = (new int[Rows * whole.Length], new int[Rows]);
            kernels.SumCodes((byte*)memory, Blocks, signs, [], sums);
            kernels.Dot((sbyte*)memory, Rows, whole, dots);
            kernels.DotGathered((sbyte*)memory, numbers, whole[0], gathered);
            return [.. sums.Select(sum => (int)sum), .. dots, .. gathered];
        }
    }
}
