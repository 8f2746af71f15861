using ClusterSearch.Index.Scoring;

namespace ClusterSearch.Index.Tests.Scoring;

public sealed class SignLineTests
{
    [Fact]
    public unsafe void Bounds_have_the_bits_of_the_formula_in_plain_code()
    {
        const int Rows = 96;
        var random = new Random(5);
        var line = new SignLine(0.25f, -3.5f, 0.001f, 1.9f, 0.3f);
        ushort[] sums = [0, ushort.MaxValue, .. Enumerable.Range(2, Rows - 2).Select(_ => (ushort)random.Next(65536))];
        // Upper halves of floats: a block's 32 scales, then its 32 errors, then its 32 radii.
        ushort[] factors = [.. Enumerable.Range(0, 3 * Rows).Select(_ => (ushort)(BitConverter.SingleToUInt32Bits(random.NextSingle()) >> 16))];
        var bounds = new float[Rows];
        fixed (ushort* first = factors) line.Bounds(sums, first, bounds);
        for (var row = 0; row < Rows; row++)
        {
            var first32 = row / 32 * 96 + row % 32;
            var (scale, error, radius) = (Factor(first32), Factor(first32 + 32), Factor(first32 + 64));
            float estimate = 0.25f + scale * (-3.5f + 0.001f * sums[row]);
            float slack = error * 1.9f + radius * 0.3f;
            Assert.Equal(estimate + slack, bounds[row]);
        }

        float Factor(int i) => BitConverter.UInt32BitsToSingle((uint)factors[i] << 16);
    }
}
