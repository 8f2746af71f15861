using System.Buffers;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Embedding.Pictures;

/// <summary>Runs a <see cref="ResizePlan"/>: horizontal pass over the rows that the crop needs, then the vertical pass row by row.</summary>
internal static class PictureResize
{
    /// <summary>Bytes that a kernel may read beyond the pixels it needs.</summary>
    private const int Slack = 16;

    /// <summary>Receives finished rows: RGB, interleaved.</summary>
    public interface IRowSink
    {
        void Write(int row, ReadOnlySpan<byte> pixels);
    }

    public static void Run<TSink>(ResizePlan plan, RgbImage image, ref TSink sink)
        where TSink : struct, IRowSink, allows ref struct
    {
        if (Avx2Kernel.IsSupported) Run<Avx2Kernel, TSink>(plan, image, ref sink);
        else Run<PortableKernel, TSink>(plan, image, ref sink);
    }

    public static unsafe void Run<TKernel, TSink>(ResizePlan plan, RgbImage image, ref TSink sink)
        where TKernel : struct, IResizeKernel
        where TSink : struct, IRowSink, allows ref struct
    {
        var rowBytes = image.Width * 3;
        var reach = (plan.Horizontal.EndInput * 3) + Slack;
        var endRow = Math.Min(plan.Vertical.EndInput, image.Height);
        var windowRows = plan.Vertical.EndInput - plan.FirstRow;
        var stride = ((plan.OutputWidth * 3) + Slack + 15) / 16 * 16;

        var windowBytes = (windowRows * stride) + Slack;
        var rented = ArrayPool<byte>.Shared.Rent(windowBytes + stride + reach + rowBytes);
        try
        {
            fixed (byte* pixels = image.Bytes)
            fixed (byte* window = rented)
            {
                var output = window + windowBytes;
                var lastRow = output + stride;
                for (var y = plan.FirstRow; y < endRow; y++)
                {
                    var offset = (long)y * rowBytes;
                    var row = pixels + offset;
                    if (offset + reach > image.ByteCount)
                    {
                        // The weights there are zero, but the memory must be ours.
                        new ReadOnlySpan<byte>(row, rowBytes).CopyTo(new Span<byte>(lastRow, rowBytes));
                        row = lastRow;
                    }

                    TKernel.Horizontal(plan, row, window + ((y - plan.FirstRow) * stride));
                }

                for (var y = 0; y < plan.OutputHeight; y++)
                {
                    TKernel.Vertical(plan, y, window + ((plan.Vertical.Starts[y] - plan.FirstRow) * stride), stride, output);
                    sink.Write(y, new ReadOnlySpan<byte>(output, plan.OutputWidth * 3));
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
