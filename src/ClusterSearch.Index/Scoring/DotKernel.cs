using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.Index.Scoring;

/// <summary>
/// Dot product of float32 with one fixed order of summation, so that a score has the same bits on every processor, for
/// every layout of segments and any number of threads: 32 lanes, lane i sums the products i, i + 32, i + 64 … in order,
/// multiply and add rounded apart; then lane i and i + 16 are added, then i and i + 8, 4, 2, 1; then the products beyond
/// the last multiple of 32, in order.
/// </summary>
internal static class DotKernel
{
    public const int Lanes = 32;

    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        Vector512.IsHardwareAccelerated ? Dot512(left, right)
        : Vector256.IsHardwareAccelerated ? Dot256(left, right)
        : Vector128.IsHardwareAccelerated ? Dot128(left, right)
        : DotReference(left, right);

    /// <summary>The same in plain code.</summary>
    public static float DotReference(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        Span<float> lanes = stackalloc float[Lanes];
        lanes.Clear();
        var whole = left.Length - left.Length % Lanes;
        for (var i = 0; i < whole; i += Lanes)
            for (var lane = 0; lane < Lanes; lane++)
                lanes[lane] += left[i + lane] * right[i + lane];
        for (var width = Lanes / 2; width > 0; width /= 2)
            for (var lane = 0; lane < width; lane++)
                lanes[lane] += lanes[lane + width];
        return Tail(lanes[0], left, right, whole);
    }

    internal static float Dot512(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        var low = Vector512<float>.Zero;
        var high = Vector512<float>.Zero;
        var whole = left.Length - left.Length % Lanes;
        for (nuint i = 0; i < (nuint)whole; i += Lanes)
        {
            low += Vector512.LoadUnsafe(ref l, i) * Vector512.LoadUnsafe(ref r, i);
            high += Vector512.LoadUnsafe(ref l, i + 16) * Vector512.LoadUnsafe(ref r, i + 16);
        }
        var sum = low + high;
        return Tail(Sum(sum.GetLower() + sum.GetUpper()), left, right, whole);
    }

    internal static float Dot256(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        Vector256<float> a = default, b = default, c = default, d = default;
        var whole = left.Length - left.Length % Lanes;
        for (nuint i = 0; i < (nuint)whole; i += Lanes)
        {
            a += Vector256.LoadUnsafe(ref l, i) * Vector256.LoadUnsafe(ref r, i);
            b += Vector256.LoadUnsafe(ref l, i + 8) * Vector256.LoadUnsafe(ref r, i + 8);
            c += Vector256.LoadUnsafe(ref l, i + 16) * Vector256.LoadUnsafe(ref r, i + 16);
            d += Vector256.LoadUnsafe(ref l, i + 24) * Vector256.LoadUnsafe(ref r, i + 24);
        }
        return Tail(Sum((a + c) + (b + d)), left, right, whole);
    }

    internal static float Dot128(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        Vector128<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        var whole = left.Length - left.Length % Lanes;
        for (nuint i = 0; i < (nuint)whole; i += Lanes)
        {
            a += Vector128.LoadUnsafe(ref l, i) * Vector128.LoadUnsafe(ref r, i);
            b += Vector128.LoadUnsafe(ref l, i + 4) * Vector128.LoadUnsafe(ref r, i + 4);
            c += Vector128.LoadUnsafe(ref l, i + 8) * Vector128.LoadUnsafe(ref r, i + 8);
            d += Vector128.LoadUnsafe(ref l, i + 12) * Vector128.LoadUnsafe(ref r, i + 12);
            e += Vector128.LoadUnsafe(ref l, i + 16) * Vector128.LoadUnsafe(ref r, i + 16);
            f += Vector128.LoadUnsafe(ref l, i + 20) * Vector128.LoadUnsafe(ref r, i + 20);
            g += Vector128.LoadUnsafe(ref l, i + 24) * Vector128.LoadUnsafe(ref r, i + 24);
            h += Vector128.LoadUnsafe(ref l, i + 28) * Vector128.LoadUnsafe(ref r, i + 28);
        }
        return Tail(Sum((a + e) + (c + g) + ((b + f) + (d + h))), left, right, whole);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector256<float> eight) => Sum(eight.GetLower() + eight.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector128<float> four) => (four[0] + four[2]) + (four[1] + four[3]);

    private static float Tail(float sum, ReadOnlySpan<float> left, ReadOnlySpan<float> right, int from)
    {
        for (var i = from; i < left.Length; i++) sum += left[i] * right[i];
        return sum;
    }
}
