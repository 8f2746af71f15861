using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace ClusterSearch.Index.Kernels;

/// <summary>Arm's 128-bit registers: look-ups by TBL in one table at a time, products by SMULL and SMLAL.</summary>
internal readonly unsafe struct AdvSimdKernels : IKernels
{
    public static string Name => "advsimd";

    public static bool IsSupported => AdvSimd.Arm64.IsSupported;

    public static void SumBlock(byte* codes, int bytes, byte* table, ushort* sums)
    {
        var low = Vector128.Create((byte)15);
        Vector128<ushort> a = default, aNext = default, b = default, bNext = default;
        for (var i = 0; i < bytes; i += Vector128<byte>.Count)
        {
            var code = Vector128.Load(codes + i);
            var entries = Vector128.Load(table + i);
            var first = AdvSimd.Arm64.VectorTableLookup(entries, code & low);
            var second = AdvSimd.Arm64.VectorTableLookup(entries, code >>> 4);
            a = AdvSimd.AddWideningLower(a, first.GetLower());
            aNext = AdvSimd.AddWideningUpper(aNext, first);
            b = AdvSimd.AddWideningLower(b, second.GetLower());
            bNext = AdvSimd.AddWideningUpper(bNext, second);
        }
        Store(a, aNext, sums);
        Store(b, bNext, sums + 16);
    }

    public static void SumBlock(byte* codes, int bytes, byte* table0, byte* table1, ushort* sums, nint apart)
    {
        SumBlock(codes, bytes, table0, sums);
        SumBlock(codes, bytes, table1, sums + apart);
    }

    public static int Dot(sbyte* row, short* query, int dimension)
    {
        Vector128<int> even = default, odd = default;
        for (var i = 0; i < dimension; i += 32)
        {
            even = Add(even, row + i, query + i);
            odd = Add(odd, row + i + 16, query + i + 16);
        }
        return Vector128.Sum(even + odd);
    }

    public static void Dot(sbyte* row0, sbyte* row1, sbyte* row2, sbyte* row3, short* query, int dimension, int* dots)
    {
        Vector128<int> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (var i = 0; i < dimension; i += 16)
        {
            sum0 = Add(sum0, row0 + i, query + i);
            sum1 = Add(sum1, row1 + i, query + i);
            sum2 = Add(sum2, row2 + i, query + i);
            sum3 = Add(sum3, row3 + i, query + i);
        }
        AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(sum0, sum1), AdvSimd.Arm64.AddPairwise(sum2, sum3)).Store(dots);
    }

    // The framework offers no prefetch on Arm.
    public static void Prefetch(sbyte* bytes, int count)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Add(Vector128<int> sum, sbyte* row, short* query)
    {
        var bytes = Vector128.Load(row);
        var (lower, upper) = (AdvSimd.SignExtendWideningLower(bytes.GetLower()), AdvSimd.SignExtendWideningUpper(bytes));
        var (first, second) = (Vector128.Load(query), Vector128.Load(query + 8));
        sum = AdvSimd.MultiplyWideningLowerAndAdd(sum, lower.GetLower(), first.GetLower());
        sum = AdvSimd.MultiplyWideningUpperAndAdd(sum, lower, first);
        sum = AdvSimd.MultiplyWideningLowerAndAdd(sum, upper.GetLower(), second.GetLower());
        return AdvSimd.MultiplyWideningUpperAndAdd(sum, upper, second);
    }

    // In the order of the bytes: rows 0, 8, 1, 9 … 3, 11, then 4, 12 … 7, 15.
    private static void Store(Vector128<ushort> firstBytes, Vector128<ushort> lastBytes, ushort* sums)
    {
        AdvSimd.Arm64.UnzipEven(firstBytes, lastBytes).Store(sums);
        AdvSimd.Arm64.UnzipOdd(firstBytes, lastBytes).Store(sums + 8);
    }
}
