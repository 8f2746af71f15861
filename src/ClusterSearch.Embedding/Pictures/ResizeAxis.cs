namespace ClusterSearch.Embedding.Pictures;

/// <summary>
/// Which input pixels make an output pixel along one axis, and how much each weighs. The weights are Pillow's, bit for
/// bit (Pillow 12, src/libImaging/Resample.c: precompute_coeffs, normalize_coeffs_8bpc): antialiased, computed in double,
/// divided by their sum, rounded half away from zero to <see cref="PrecisionBits"/> fractional bits.
/// Only the output pixels that survive the crop are here.
/// </summary>
internal sealed class ResizeAxis
{
    public const int PrecisionBits = 22;

    private ResizeAxis(int outputCount, int tapCount, int[] starts, int[] weights)
    {
        OutputCount = outputCount;
        TapCount = tapCount;
        Starts = starts;
        Weights = weights;
        FirstInput = starts.Min();
        EndInput = starts.Max() + tapCount;
    }

    public int OutputCount { get; }

    /// <summary>Weights of each output pixel, padded with zeros to a multiple of four.</summary>
    public int TapCount { get; }

    /// <summary>First input pixel of each output pixel.</summary>
    public int[] Starts { get; }

    /// <summary>[OutputCount, TapCount], 22-bit fixed point.</summary>
    public int[] Weights { get; }

    public int FirstInput { get; }

    /// <summary>One past the last input position that a padded row of weights touches; may lie beyond the picture.</summary>
    public int EndInput { get; }

    /// <param name="inputSize">Pixels of the picture along this axis.</param>
    /// <param name="outputSize">Pixels after the resize.</param>
    /// <param name="cropStart">First pixel kept.</param>
    /// <param name="cropCount">Pixels kept.</param>
    public static ResizeAxis Create(int inputSize, int outputSize, int cropStart, int cropCount, ResampleFilter filter)
    {
        var scale = (double)inputSize / outputSize;
        var filterScale = Math.Max(scale, 1.0);
        var support = Support(filter) * filterScale;
        var inverse = 1.0 / filterScale;

        // Pillow skips an axis whose size does not change; a weight of one on the pixel itself is the same.
        var unchanged = inputSize == outputSize;
        var starts = new int[cropCount];
        var ends = new int[cropCount];
        for (var i = 0; i < cropCount; i++)
        {
            var position = i + cropStart;
            var center = (position + 0.5) * scale;
            starts[i] = unchanged ? position : Math.Max((int)(center - support + 0.5), 0);
            ends[i] = unchanged ? position + 1 : Math.Min((int)(center + support + 0.5), inputSize);
        }

        var tapCount = 0;
        for (var i = 0; i < cropCount; i++) tapCount = Math.Max(tapCount, ends[i] - starts[i]);
        tapCount = (tapCount + 3) / 4 * 4;

        var weights = new int[cropCount * tapCount];
        var exact = new double[tapCount];
        for (var i = 0; i < cropCount; i++)
        {
            var count = ends[i] - starts[i];
            var center = (i + cropStart + 0.5) * scale;
            var sum = 0.0;
            for (var tap = 0; tap < count; tap++)
            {
                exact[tap] = unchanged ? 1.0 : Kernel(filter, (tap + starts[i] - center + 0.5) * inverse);
                sum += exact[tap];
            }

            for (var tap = 0; tap < count; tap++)
            {
                var weight = sum != 0.0 ? exact[tap] / sum : exact[tap];
                weights[(i * tapCount) + tap] = (int)((weight < 0 ? -0.5 : 0.5) + (weight * (1 << PrecisionBits)));
            }
        }

        return new ResizeAxis(cropCount, tapCount, starts, weights);
    }

    /// <summary>Reach of a filter to either side, in output pixels.</summary>
    private static double Support(ResampleFilter filter) => filter switch
    {
        ResampleFilter.Lanczos => 3.0,
        ResampleFilter.Bicubic => 2.0,
        _ => 1.0,
    };

    private static double Kernel(ResampleFilter filter, double x)
    {
        if (filter == ResampleFilter.Lanczos) return x is >= -3.0 and < 3.0 ? Sinc(x) * Sinc(x / 3) : 0.0;
        x = Math.Abs(x);
        if (filter == ResampleFilter.Bilinear) return x < 1.0 ? 1.0 - x : 0.0;
        const double a = -0.5;
        if (x < 1.0) return ((((a + 2.0) * x) - (a + 3.0)) * x * x) + 1.0;
        if (x < 2.0) return ((((x - 5.0) * x) + 8.0) * x - 4.0) * a;
        return 0.0;
    }

    private static double Sinc(double x)
    {
        if (x == 0.0) return 1.0;
        x *= Math.PI;
        return Math.Sin(x) / x;
    }
}
