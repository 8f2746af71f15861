using System.Runtime.Intrinsics;
using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Benchmarks;

/// <summary>What the kernels' benchmarks work on, and the plain read that they stand beside.</summary>
internal static unsafe class KernelInputs
{
    /// <summary>Normally distributed, as the values of a rotated vector are.</summary>
    public static float[] Rotated(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        return values;
    }

    /// <summary>Loads all bytes, four registers at a time, and does next to nothing with them.</summary>
    public static ulong Read(byte* memory, long bytes)
    {
        Vector512<ulong> a = default, b = default, c = default, d = default;
        for (var end = memory + bytes; memory < end; memory += 256)
        {
            a ^= Vector512.Load((ulong*)memory);
            b ^= Vector512.Load((ulong*)(memory + 64));
            c ^= Vector512.Load((ulong*)(memory + 128));
            d ^= Vector512.Load((ulong*)(memory + 192));
        }
        return Vector512.Sum((a ^ b) ^ (c ^ d));
    }
}
