using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClusterSearch.Index.Kernels;

/// <summary>512-bit registers: look-ups by VPSHUFB in four tables at once, 32 products an instruction by VPMADDWD.</summary>
internal readonly unsafe struct Avx512Kernels : IKernels
{
    public static string Name => "avx512bw";

    public static bool IsSupported => Avx512BW.IsSupported;

    public static void SumBlock(byte* codes, int bytes, byte* table, ushort* sums)
    {
        var low = Vector512.Create((byte)15);
        Vector512<ushort> a = default, aOdd = default, b = default, bOdd = default;
        for (var i = 0; i < bytes; i += Vector512<byte>.Count)
        {
            var code = Vector512.Load(codes + i);
            var entries = Vector512.Load(table + i);
            var first = Avx512BW.Shuffle(entries, code & low).AsUInt16();
            var second = Avx512BW.Shuffle(entries, (code.AsUInt16() >>> 4).AsByte() & low).AsUInt16();
            // In 16 bits: the even byte's sum and, 256-fold, the odd byte's, which Store takes off.
            a += first;
            aOdd += first >>> 8;
            b += second;
            bOdd += second >>> 8;
        }
        Store(a, aOdd, sums);
        Store(b, bOdd, sums + 16);
    }

    public static void SumBlock(byte* codes, int bytes, byte* table0, byte* table1, ushort* sums, nint apart)
    {
        var low = Vector512.Create((byte)15);
        Vector512<ushort> a0 = default, aOdd0 = default, b0 = default, bOdd0 = default, a1 = default, aOdd1 = default, b1 = default, bOdd1 = default;
        for (var i = 0; i < bytes; i += Vector512<byte>.Count)
        {
            var code = Vector512.Load(codes + i);
            var (lower, upper) = (code & low, (code.AsUInt16() >>> 4).AsByte() & low);
            var entries = Vector512.Load(table0 + i);
            var (first, second) = (Avx512BW.Shuffle(entries, lower).AsUInt16(), Avx512BW.Shuffle(entries, upper).AsUInt16());
            a0 += first;
            aOdd0 += first >>> 8;
            b0 += second;
            bOdd0 += second >>> 8;
            entries = Vector512.Load(table1 + i);
            (first, second) = (Avx512BW.Shuffle(entries, lower).AsUInt16(), Avx512BW.Shuffle(entries, upper).AsUInt16());
            a1 += first;
            aOdd1 += first >>> 8;
            b1 += second;
            bOdd1 += second >>> 8;
        }
        Store(a0, aOdd0, sums);
        Store(b0, bOdd0, sums + 16);
        Store(a1, aOdd1, sums + apart);
        Store(b1, bOdd1, sums + apart + 16);
    }

    public static int Dot(sbyte* row, short* query, int dimension)
    {
        Vector512<int> even = default, odd = default;
        for (var i = 0; i < dimension; i += 64)
        {
            even += Products(row + i, Vector512.Load(query + i));
            odd += Products(row + i + 32, Vector512.Load(query + i + 32));
        }
        return Vector512.Sum(even + odd);
    }

    public static void Dot(sbyte* row0, sbyte* row1, sbyte* row2, sbyte* row3, short* query, int dimension, int* dots)
    {
        Vector512<int> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (var i = 0; i < dimension; i += 32)
        {
            var values = Vector512.Load(query + i);
            sum0 += Products(row0 + i, values);
            sum1 += Products(row1 + i, values);
            sum2 += Products(row2 + i, values);
            sum3 += Products(row3 + i, values);
        }
        Avx2Kernels.Sums(Halves(sum0), Halves(sum1), Halves(sum2), Halves(sum3)).Store(dots);
    }

    public static void Prefetch(sbyte* bytes, int count) => Avx2Kernels.Prefetch(bytes, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products(sbyte* row, Vector512<short> query) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(Vector256.Load(row)), query);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Halves(Vector512<int> sums) => sums.GetLower() + sums.GetUpper();

    // Each quarter has the rows' sums over a quarter of the tables.
    private static void Store(Vector512<ushort> evenAndOdd, Vector512<ushort> odd, ushort* sums)
    {
        var even = evenAndOdd - (odd << 8);
        var (evenHalf, oddHalf) = (even.GetLower() + even.GetUpper(), odd.GetLower() + odd.GetUpper());
        (evenHalf.GetLower() + evenHalf.GetUpper()).Store(sums);
        (oddHalf.GetLower() + oddHalf.GetUpper()).Store(sums + 8);
    }
}
