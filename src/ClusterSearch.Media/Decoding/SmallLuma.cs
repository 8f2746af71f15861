using ClusterSearch.Core.Footage;

namespace ClusterSearch.Media.Decoding;

/// <summary>
/// A picture reduced to 64x36 luma values, for the difference between neighbouring key frames: what lies between them is not
/// decoded, so no report tells it. 256x144 points of the luma (BT.601 weights), averaged four by four.
/// </summary>
internal static class SmallLuma
{
    private const int Width = 64;
    private const int Height = 36;
    private const int Side = 4;

    public static byte[] Of(RgbImage image)
    {
        var small = new byte[Width * Height];
        var pixels = image.Pixels;
        for (var i = 0; i < small.Length; i++)
        {
            var sum = 0;
            for (var point = 0; point < Side * Side; point++)
            {
                var column = i % Width * Side + point % Side;
                var row = i / Width * Side + point / Side;
                var x = (2 * column + 1) * image.Width / (2 * Width * Side);
                var y = (2 * row + 1) * image.Height / (2 * Height * Side);
                var at = (y * image.Width + x) * 3;
                sum += (77 * pixels[at] + 150 * pixels[at + 1] + 29 * pixels[at + 2]) >> 8;
            }
            small[i] = (byte)(sum / (Side * Side));
        }
        return small;
    }

    /// <summary>Mean absolute difference, 0 to 255.</summary>
    public static float Difference(byte[] one, byte[] other)
    {
        var sum = 0;
        for (var i = 0; i < one.Length; i++) sum += Math.Abs(one[i] - other[i]);
        return (float)sum / one.Length;
    }
}
