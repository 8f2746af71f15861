using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClusterSearch.Index.Kernels;

/// <summary>256-bit registers: look-ups by VPSHUFB in two tables at once, 16 products an instruction by VPMADDWD.</summary>
internal readonly unsafe struct Avx2Kernels : IKernels
{
    private const int LineBytes = 64;

    public static string Name => "avx2";

    public static bool IsSupported => Avx2.IsSupported;

    public static void SumBlock(byte* codes, int bytes, byte* table, ushort* sums)
    {
        var low = Vector256.Create((byte)15);
        Vector256<ushort> a = default, aOdd = default, b = default, bOdd = default;
        for (var i = 0; i < bytes; i += Vector256<byte>.Count)
        {
            var code = Vector256.Load(codes + i);
            var entries = Vector256.Load(table + i);
            var first = Avx2.Shuffle(entries, code & low).AsUInt16();
            var second = Avx2.Shuffle(entries, (code.AsUInt16() >>> 4).AsByte() & low).AsUInt16();
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
        var low = Vector256.Create((byte)15);
        Vector256<ushort> a0 = default, aOdd0 = default, b0 = default, bOdd0 = default, a1 = default, aOdd1 = default, b1 = default, bOdd1 = default;
        for (var i = 0; i < bytes; i += Vector256<byte>.Count)
        {
            var code = Vector256.Load(codes + i);
            var (lower, upper) = (code & low, (code.AsUInt16() >>> 4).AsByte() & low);
            var entries = Vector256.Load(table0 + i);
            var (first, second) = (Avx2.Shuffle(entries, lower).AsUInt16(), Avx2.Shuffle(entries, upper).AsUInt16());
            a0 += first;
            aOdd0 += first >>> 8;
            b0 += second;
            bOdd0 += second >>> 8;
            entries = Vector256.Load(table1 + i);
            (first, second) = (Avx2.Shuffle(entries, lower).AsUInt16(), Avx2.Shuffle(entries, upper).AsUInt16());
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
        Vector256<int> even = default, odd = default;
        for (var i = 0; i < dimension; i += 32)
        {
            even += Products(row + i, Vector256.Load(query + i));
            odd += Products(row + i + 16, Vector256.Load(query + i + 16));
        }
        return Vector256.Sum(even + odd);
    }

    public static void Dot(sbyte* row0, sbyte* row1, sbyte* row2, sbyte* row3, short* query, int dimension, int* dots)
    {
        Vector256<int> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (var i = 0; i < dimension; i += 16)
        {
            var values = Vector256.Load(query + i);
            sum0 += Products(row0 + i, values);
            sum1 += Products(row1 + i, values);
            sum2 += Products(row2 + i, values);
            sum3 += Products(row3 + i, values);
        }
        Sums(sum0, sum1, sum2, sum3).Store(dots);
    }

    public static void Prefetch(sbyte* bytes, int count)
    {
        for (var i = 0; i < count; i += LineBytes) Sse.Prefetch0(bytes + i);
    }

    /// <summary>The sums of four registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<int> Sums(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        var sums = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
        return sums.GetLower() + sums.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(sbyte* row, Vector256<short> query) =>
        Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(Vector128.Load(row)), query);

    // Each half has the rows' sums over half of the tables.
    private static void Store(Vector256<ushort> evenAndOdd, Vector256<ushort> odd, ushort* sums)
    {
        var even = evenAndOdd - (odd << 8);
        (even.GetLower() + even.GetUpper()).Store(sums);
        (odd.GetLower() + odd.GetUpper()).Store(sums + 8);
    }
}
