using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.Embedding.Pictures;

/// <summary>128-bit vectors of any processor: the three channels of a pixel side by side.</summary>
internal readonly struct PortableKernel : IResizeKernel
{
    private const int Half = 1 << (ResizeAxis.PrecisionBits - 1);

    public static unsafe void Horizontal(ResizePlan plan, byte* row, byte* output)
    {
        var axis = plan.Horizontal;
        fixed (int* weights = axis.Weights)
        {
            for (var x = 0; x < axis.OutputCount; x++)
            {
                var pixels = row + (axis.Starts[x] * 3);
                var weight = weights + (x * axis.TapCount);
                var sum = Vector128.Create(Half);
                for (var tap = 0; tap < axis.TapCount; tap++)
                {
                    // Four bytes: the pixel and one byte of its neighbour, whose lane is never stored for good.
                    var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(pixels + (tap * 3))).AsByte();
                    var wide = Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32();
                    sum += wide * Vector128.Create(weight[tap]);
                }

                Unsafe.WriteUnaligned(output + (x * 3), Clip(sum).ToScalar());
            }
        }
    }

    public static unsafe void Vertical(ResizePlan plan, int outputRow, byte* rows, int stride, byte* output)
    {
        var axis = plan.Vertical;
        var weights = axis.Weights.AsSpan(outputRow * axis.TapCount, axis.TapCount);
        for (var i = 0; i < stride; i += 4)
        {
            var sum = Vector128.Create(Half);
            for (var tap = 0; tap < weights.Length; tap++)
            {
                var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(rows + (tap * stride) + i)).AsByte();
                sum += Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32() * Vector128.Create(weights[tap]);
            }

            Unsafe.WriteUnaligned(output + i, Clip(sum).ToScalar());
        }
    }

    private static Vector128<uint> Clip(Vector128<int> sum)
    {
        var clipped = Vector128.Min(Vector128.Max(sum >> ResizeAxis.PrecisionBits, Vector128<int>.Zero), Vector128.Create(255));
        var narrow = Vector128.Narrow(clipped.AsUInt32(), Vector128<uint>.Zero);
        return Vector128.Narrow(narrow, Vector128<ushort>.Zero).AsUInt32();
    }
}
