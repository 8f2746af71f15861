namespace ClusterSearch.Embedding.Pictures;

/// <summary>The resize as Pillow writes it: the reference for the vectorised kernels.</summary>
internal readonly struct ScalarKernel : IResizeKernel
{
    private const int Half = 1 << (ResizeAxis.PrecisionBits - 1);

    public static unsafe void Horizontal(ResizePlan plan, byte* row, byte* output)
    {
        var axis = plan.Horizontal;
        for (var x = 0; x < axis.OutputCount; x++)
            for (var channel = 0; channel < 3; channel++)
            {
                var sum = Half;
                for (var tap = 0; tap < axis.TapCount; tap++)
                    sum += row[((axis.Starts[x] + tap) * 3) + channel] * axis.Weights[(x * axis.TapCount) + tap];
                output[(x * 3) + channel] = Clip(sum);
            }
    }

    public static unsafe void Vertical(ResizePlan plan, int outputRow, byte* rows, int stride, byte* output)
    {
        var axis = plan.Vertical;
        for (var i = 0; i < plan.OutputWidth * 3; i++)
        {
            var sum = Half;
            for (var tap = 0; tap < axis.TapCount; tap++)
                sum += rows[(tap * stride) + i] * axis.Weights[(outputRow * axis.TapCount) + tap];
            output[i] = Clip(sum);
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> ResizeAxis.PrecisionBits, 0, 255);
}
