using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClusterSearch.Index.Kernels;

/// <summary>As <see cref="Avx2Kernels"/>, with VPDPWSSD, which multiplies and adds to the sum in one instruction.</summary>
internal readonly unsafe struct AvxVnniKernels : IKernels
{
    public static string Name => "avxvnni";

    public static bool IsSupported => AvxVnni.IsSupported;

    public static void SumBlock(byte* codes, int bytes, byte* table, ushort* sums) => Avx2Kernels.SumBlock(codes, bytes, table, sums);

    public static void SumBlock(byte* codes, int bytes, byte* table0, byte* table1, ushort* sums, nint apart) =>
        Avx2Kernels.SumBlock(codes, bytes, table0, table1, sums, apart);

    public static int Dot(sbyte* row, short* query, int dimension)
    {
        Vector256<int> even = default, odd = default;
        for (var i = 0; i < dimension; i += 32)
        {
            even = Add(even, row + i, Vector256.Load(query + i));
            odd = Add(odd, row + i + 16, Vector256.Load(query + i + 16));
        }
        return Vector256.Sum(even + odd);
    }

    public static void Dot(sbyte* row0, sbyte* row1, sbyte* row2, sbyte* row3, short* query, int dimension, int* dots)
    {
        Vector256<int> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (var i = 0; i < dimension; i += 16)
        {
            var values = Vector256.Load(query + i);
            sum0 = Add(sum0, row0 + i, values);
            sum1 = Add(sum1, row1 + i, values);
            sum2 = Add(sum2, row2 + i, values);
            sum3 = Add(sum3, row3 + i, values);
        }
        Avx2Kernels.Sums(sum0, sum1, sum2, sum3).Store(dots);
    }

    public static void Prefetch(sbyte* bytes, int count) => Avx2Kernels.Prefetch(bytes, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Add(Vector256<int> sum, sbyte* row, Vector256<short> query) =>
        AvxVnni.MultiplyWideningAndAdd(sum, Avx2.ConvertToVector256Int16(Vector128.Load(row)), query);
}
