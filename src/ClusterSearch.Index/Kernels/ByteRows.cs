using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.Index.Kernels;

/// <summary>
/// Rotated vectors as signed bytes with one scale a row: value ≈ scale · byte, scale = max |value| / 127. After the
/// rotation no coordinate stands out (the largest of 512 is about 3.2 times the usual), so one scale serves all of them.
/// </summary>
internal static class ByteRows
{
    public const int Largest = 127;

    /// <summary>Rounds one rotated row to the nearest bytes, ties to even; the same bits on every processor.</summary>
    /// <returns>The scale; 0 for a row of zeros.</returns>
    public static float Quantize(ReadOnlySpan<float> rotated, Span<sbyte> bytes)
    {
        var largest = 0f;
        foreach (var value in rotated) largest = Math.Max(largest, Math.Abs(value));
        if (largest == 0)
        {
            bytes[..rotated.Length].Clear();
            return 0;
        }
        var perUnit = Largest / largest;
        for (var i = 0; i < rotated.Length; i++) bytes[i] = (sbyte)Math.Clamp(MathF.Round(rotated[i] * perUnit), -Largest, Largest);
        return largest / Largest;
    }
}
