using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ClusterSearch.Embedding.Pictures;

/// <summary>
/// 256-bit multiply-add of 16-bit pairs. A 23-bit weight does not fit 16 bits, so it is split (see
/// <see cref="ResizePlan.HorizontalLow"/>) and the halves' sums are joined at the end; 32-bit sums wrap alike either way.
/// </summary>
internal readonly struct Avx2Kernel : IResizeKernel
{
    private const int Half = 1 << (ResizeAxis.PrecisionBits - 1);

    public static bool IsSupported => Avx2.IsSupported;

    public static unsafe void Horizontal(ResizePlan plan, byte* row, byte* output)
    {
        var axis = plan.Horizontal;
        var groups = axis.TapCount / 4;
        // R0 R1 G0 G1 B0 B1 . . R2 R3 G2 G3 B2 B3 . .
        var order = Vector128.Create((byte)0, 3, 1, 4, 2, 5, 255, 255, 6, 9, 7, 10, 8, 11, 255, 255);
        fixed (int* starts = axis.Starts)
        fixed (short* lows = plan.HorizontalLow, highs = plan.HorizontalHigh)
        {
            var low = lows;
            var high = highs;
            for (var x = 0; x < axis.OutputCount; x++)
            {
                var pixels = row + (starts[x] * 3);
                var (sumLow, sumHigh) = (Vector256<int>.Zero, Vector256<int>.Zero);
                for (var group = 0; group < groups; group++)
                {
                    var values = Avx2.ConvertToVector256Int16(Ssse3.Shuffle(Vector128.Load(pixels), order));
                    sumLow += Avx2.MultiplyAddAdjacent(values, Vector256.Load(low));
                    sumHigh += Avx2.MultiplyAddAdjacent(values, Vector256.Load(high));
                    pixels += 12;
                    low += 16;
                    high += 16;
                }

                var sum = sumLow + (sumHigh << ResizePlan.SplitBits);
                var total = (sum.GetLower() + sum.GetUpper() + Vector128.Create(Half)) >> ResizeAxis.PrecisionBits;
                var shorts = Sse2.PackSignedSaturate(total, total);
                Unsafe.WriteUnaligned(output + (x * 3), Sse2.PackUnsignedSaturate(shorts, shorts).AsUInt32().ToScalar());
            }
        }
    }

    public static unsafe void Vertical(ResizePlan plan, int outputRow, byte* rows, int stride, byte* output)
    {
        var pairs = plan.Vertical.TapCount / 2;
        fixed (int* lows = plan.VerticalLow, highs = plan.VerticalHigh)
        {
            var low = lows + (outputRow * pairs);
            var high = highs + (outputRow * pairs);
            for (var i = 0; i < stride; i += 16)
            {
                var (leftLow, leftHigh) = (Vector256<int>.Zero, Vector256<int>.Zero);
                var (rightLow, rightHigh) = (Vector256<int>.Zero, Vector256<int>.Zero);
                var pixels = rows + i;
                for (var pair = 0; pair < pairs; pair++)
                {
                    var (first, second) = (Vector128.Load(pixels), Vector128.Load(pixels + stride));
                    var left = Avx2.ConvertToVector256Int16(Sse2.UnpackLow(first, second));
                    var right = Avx2.ConvertToVector256Int16(Sse2.UnpackHigh(first, second));
                    var weightLow = Vector256.Create(low[pair]).AsInt16();
                    var weightHigh = Vector256.Create(high[pair]).AsInt16();
                    leftLow += Avx2.MultiplyAddAdjacent(left, weightLow);
                    leftHigh += Avx2.MultiplyAddAdjacent(left, weightHigh);
                    rightLow += Avx2.MultiplyAddAdjacent(right, weightLow);
                    rightHigh += Avx2.MultiplyAddAdjacent(right, weightHigh);
                    pixels += 2 * stride;
                }

                var half = Vector256.Create(Half);
                var leftSum = (leftLow + (leftHigh << ResizePlan.SplitBits) + half) >> ResizeAxis.PrecisionBits;
                var rightSum = (rightLow + (rightHigh << ResizePlan.SplitBits) + half) >> ResizeAxis.PrecisionBits;
                // Packing works within each 128-bit half, so put the quarters back in order.
                var shorts = Avx2.Permute4x64(Avx2.PackSignedSaturate(leftSum, rightSum).AsInt64(), 0b11_01_10_00).AsInt16();
                Sse2.PackUnsignedSaturate(shorts.GetLower(), shorts.GetUpper()).Store(output + i);
            }
        }
    }
}
