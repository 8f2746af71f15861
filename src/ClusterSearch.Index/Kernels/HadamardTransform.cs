using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.Index.Kernels;

/// <summary>
/// The Walsh-Hadamard transform, not normalised: log2(n) rounds in which pairs become their sum and their difference.
/// </summary>
/// <remarks>
/// Six rounds on 64 values in eight registers, then three rounds at once on values that lie 64, 128 and 256 apart, and so on. No
/// sum is regrouped, so every width of registers gives the same bits.
/// </remarks>
internal static class HadamardTransform
{
    private const int Block = 64;

    /// <param name="values">A power of two, 64 or more; changed in place.</param>
    public static void Run(Span<float> values)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var count = (nuint)values.Length;
        for (nuint i = 0; i < count; i += Block) Within64(ref Unsafe.Add(ref first, i));
        nuint half = Block;
        for (; half * 4 < count; half *= 8)
            for (nuint start = 0; start < count; start += half * 8)
                for (nuint i = start; i < start + half; i += 8) EightApart(ref Unsafe.Add(ref first, i), half);
        for (; half < count; half *= 2)
            for (nuint start = 0; start < count; start += half * 2)
                for (nuint i = start; i < start + half; i += 8) TwoApart(ref Unsafe.Add(ref first, i), half);
    }

    private static void TwoApart(ref float first, nuint distance)
    {
        var (a, b) = (Vector256.LoadUnsafe(ref first), Vector256.LoadUnsafe(ref first, distance));
        (a + b).StoreUnsafe(ref first);
        (a - b).StoreUnsafe(ref first, distance);
    }

    private static void EightApart(ref float first, nuint distance)
    {
        var a = Vector256.LoadUnsafe(ref first);
        var b = Vector256.LoadUnsafe(ref first, distance);
        var c = Vector256.LoadUnsafe(ref first, distance * 2);
        var d = Vector256.LoadUnsafe(ref first, distance * 3);
        var e = Vector256.LoadUnsafe(ref first, distance * 4);
        var f = Vector256.LoadUnsafe(ref first, distance * 5);
        var g = Vector256.LoadUnsafe(ref first, distance * 6);
        var h = Vector256.LoadUnsafe(ref first, distance * 7);
        Eight(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        a.StoreUnsafe(ref first);
        b.StoreUnsafe(ref first, distance);
        c.StoreUnsafe(ref first, distance * 2);
        d.StoreUnsafe(ref first, distance * 3);
        e.StoreUnsafe(ref first, distance * 4);
        f.StoreUnsafe(ref first, distance * 5);
        g.StoreUnsafe(ref first, distance * 6);
        h.StoreUnsafe(ref first, distance * 7);
    }

    private static void Within64(ref float first)
    {
        var a = WithinEight(Vector256.LoadUnsafe(ref first));
        var b = WithinEight(Vector256.LoadUnsafe(ref first, 8));
        var c = WithinEight(Vector256.LoadUnsafe(ref first, 16));
        var d = WithinEight(Vector256.LoadUnsafe(ref first, 24));
        var e = WithinEight(Vector256.LoadUnsafe(ref first, 32));
        var f = WithinEight(Vector256.LoadUnsafe(ref first, 40));
        var g = WithinEight(Vector256.LoadUnsafe(ref first, 48));
        var h = WithinEight(Vector256.LoadUnsafe(ref first, 56));
        Eight(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        a.StoreUnsafe(ref first);
        b.StoreUnsafe(ref first, 8);
        c.StoreUnsafe(ref first, 16);
        d.StoreUnsafe(ref first, 24);
        e.StoreUnsafe(ref first, 32);
        f.StoreUnsafe(ref first, 40);
        g.StoreUnsafe(ref first, 48);
        h.StoreUnsafe(ref first, 56);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(
        ref Vector256<float> a, ref Vector256<float> b, ref Vector256<float> c, ref Vector256<float> d,
        ref Vector256<float> e, ref Vector256<float> f, ref Vector256<float> g, ref Vector256<float> h)
    {
        (a, b, c, d, e, f, g, h) = (a + b, a - b, c + d, c - d, e + f, e - f, g + h, g - h);
        (a, c, b, d, e, g, f, h) = (a + c, a - c, b + d, b - d, e + g, e - g, f + h, f - h);
        (a, e, b, f, c, g, d, h) = (a + e, a - e, b + f, b - f, c + g, c - g, d + h, d - h);
    }

    // The other half of each pair is moved beside it; in the second place of a pair the sign of the own value is flipped first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> WithinEight(Vector256<float> x)
    {
        x = Vector256.Shuffle(x, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)) + (x ^ Vector256.Create(0f, -0f, 0f, -0f, 0f, -0f, 0f, -0f));
        x = Vector256.Shuffle(x, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)) + (x ^ Vector256.Create(0f, 0f, -0f, -0f, 0f, 0f, -0f, -0f));
        return Vector256.Shuffle(x, Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)) + (x ^ Vector256.Create(0f, 0f, 0f, 0f, -0f, -0f, -0f, -0f));
    }
}
