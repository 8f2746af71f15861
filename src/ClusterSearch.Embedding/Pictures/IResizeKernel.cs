namespace ClusterSearch.Embedding.Pictures;

/// <summary>
/// The two passes of a resize. All kernels give the same bytes: sum of pixel * weight in 32 bits, plus half, shifted by
/// 22, clipped to a byte.
/// </summary>
internal interface IResizeKernel
{
    /// <summary>
    /// One row: <paramref name="output"/>[x * 3 + c] for every x of the plan.
    /// </summary>
    /// <param name="row">At least (plan.Horizontal.EndInput * 3) + 16 readable bytes from the row's start.</param>
    /// <param name="output">At least plan.OutputWidth * 3 + 16 writable bytes; those past the row may be overwritten.</param>
    static abstract unsafe void Horizontal(ResizePlan plan, byte* row, byte* output);

    /// <summary>One output row from rows of <paramref name="stride"/> bytes.</summary>
    /// <param name="rows">First row of the window; plan.Vertical.TapCount rows are readable.</param>
    /// <param name="output">At least <paramref name="stride"/> writable bytes; stride is a multiple of 16.</param>
    static abstract unsafe void Vertical(ResizePlan plan, int outputRow, byte* rows, int stride, byte* output);
}
