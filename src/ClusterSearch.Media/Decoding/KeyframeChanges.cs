using ClusterSearch.Core.Footage;

namespace ClusterSearch.Media.Decoding;

/// <summary>
/// How much each key frame differs from the one before. What lies between them is not decoded, so no report tells it; the
/// pictures themselves are compared: 256x144 points of the luma (BT.601 weights), averaged four by four.
/// </summary>
internal sealed class KeyframeChanges
{
    private const int Width = 64;
    private const int Height = 36;
    private const int Side = 4;

    private byte[]? _last;
    private long _lastNumber = -1;

    /// <summary>Whether the last key frame came just after the one before it.</summary>
    public bool Follows { get; private set; }

    /// <returns>Mean absolute difference to the key frame just before, 0 to 255; 0 where that one is not there.</returns>
    public float Add(long number, RgbImage image)
    {
        var small = Reduce(image);
        Follows = _last is not null && _lastNumber == number - 1;
        var difference = Follows ? Difference(_last!, small) : 0;
        (_last, _lastNumber) = (small, number);
        return difference;
    }

    private static byte[] Reduce(RgbImage image)
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

    private static float Difference(byte[] one, byte[] other)
    {
        var sum = 0;
        for (var i = 0; i < one.Length; i++) sum += Math.Abs(one[i] - other[i]);
        return (float)sum / one.Length;
    }
}
