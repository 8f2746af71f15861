using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Pictures;

namespace ClusterSearch.Embedding.Tests.Pictures;

/// <summary>Collects the 8-bit rows of a resize.</summary>
internal readonly struct PictureRows(byte[] pixels) : PictureResize.IRowSink
{
    public void Write(int row, ReadOnlySpan<byte> values) => values.CopyTo(pixels.AsSpan(row * values.Length));

    public static byte[] Resize(ResizePlan plan, RgbImage picture)
    {
        var pixels = new byte[plan.OutputWidth * plan.OutputHeight * 3];
        var sink = new PictureRows(pixels);
        PictureResize.Run(plan, picture, ref sink);
        return pixels;
    }

    public static byte[] Resize<TKernel>(ResizePlan plan, RgbImage picture)
        where TKernel : struct, IResizeKernel
    {
        var pixels = new byte[plan.OutputWidth * plan.OutputHeight * 3];
        var sink = new PictureRows(pixels);
        PictureResize.Run<TKernel, PictureRows>(plan, picture, ref sink);
        return pixels;
    }
}
