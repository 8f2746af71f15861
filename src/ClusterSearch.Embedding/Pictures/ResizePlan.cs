namespace ClusterSearch.Embedding.Pictures;

/// <summary>Resize and centre crop for one input size: both axes, and their weights in the order the kernels read them.</summary>
internal sealed class ResizePlan
{
    public ResizePlan(ResizeAxis horizontal, ResizeAxis vertical)
    {
        Horizontal = horizontal;
        Vertical = vertical;
        FirstRow = vertical.FirstInput;
        (HorizontalLow, HorizontalHigh) = SplitForPairs(horizontal);
        (VerticalLow, VerticalHigh) = SplitForRowPairs(vertical);
    }

    public ResizeAxis Horizontal { get; }

    public ResizeAxis Vertical { get; }

    /// <summary>First input row that the crop needs.</summary>
    public int FirstRow { get; }

    public int OutputWidth => Horizontal.OutputCount;

    public int OutputHeight => Vertical.OutputCount;

    /// <summary>
    /// A weight is high * 2^11 + low with low in [0, 2^11), so that both halves are 16-bit and a multiply-add of 16-bit
    /// pairs gives the exact 32-bit sum. For every group of four taps sixteen numbers: k0 k1 k0 k1 k0 k1 0 0 k2 k3 k2 k3 k2 k3 0 0.
    /// </summary>
    public short[] HorizontalLow { get; }

    public short[] HorizontalHigh { get; }

    /// <summary>For every pair of taps one 32-bit number: two 16-bit halves, the first tap's lower.</summary>
    public int[] VerticalLow { get; }

    public int[] VerticalHigh { get; }

    public const int SplitBits = 11;

    private static (short[] Low, short[] High) SplitForPairs(ResizeAxis axis)
    {
        var low = new short[axis.Weights.Length * 4];
        var high = new short[axis.Weights.Length * 4];
        for (var group = 0; group < axis.Weights.Length / 4; group++)
            for (var lane = 0; lane < 16; lane++)
            {
                if (lane % 8 >= 6) continue;
                var weight = axis.Weights[(group * 4) + (lane / 8 * 2) + (lane % 2)];
                low[(group * 16) + lane] = (short)(weight & ((1 << SplitBits) - 1));
                high[(group * 16) + lane] = (short)(weight >> SplitBits);
            }

        return (low, high);
    }

    private static (int[] Low, int[] High) SplitForRowPairs(ResizeAxis axis)
    {
        var low = new int[axis.Weights.Length / 2];
        var high = new int[axis.Weights.Length / 2];
        const int mask = (1 << SplitBits) - 1;
        for (var pair = 0; pair < low.Length; pair++)
        {
            var (first, second) = (axis.Weights[pair * 2], axis.Weights[(pair * 2) + 1]);
            low[pair] = (first & mask) | ((second & mask) << 16);
            high[pair] = ((first >> SplitBits) & 0xFFFF) | ((second >> SplitBits) << 16);
        }

        return (low, high);
    }
}
