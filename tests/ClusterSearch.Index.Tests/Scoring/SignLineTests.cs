using ClusterSearch.Index.Scoring;

namespace ClusterSearch.Index.Tests.Scoring;

public sealed class SignLineTests
{
    [Fact]
    public unsafe void Bounds_have_the_bits_of_the_formula_in_plain_code()
    {
        const int Rows = 96;
        var random = new Random(5);
        var line = new SignLine(0.25f, -3.5f, 0.001f, 1.9f);
        ushort[] sums = [0, ushort.MaxValue, .. Enumerable.Range(2, Rows - 2).Select(_ => (ushort)random.Next(65536))];
        // Upper halves of floats: a block's 32 scales, then its 32 slacks.
        ushort[] factors = [.. Enumerable.Range(0, 2 * Rows).Select(_ => (ushort)(BitConverter.SingleToUInt32Bits(random.NextSingle()) >> 16))];
        var bounds = new float[Rows];
        fixed (ushort* first = factors) line.Bounds(sums, first, bounds);
        for (var row = 0; row < Rows; row++)
        {
            var (scale, slack) = (Factor(row / 32 * 64 + row % 32), Factor(row / 32 * 64 + 32 + row % 32));
            float estimate = 0.25f + scale * (-3.5f + 0.001f * sums[row]);
            Assert.Equal(estimate + slack * 1.9f, bounds[row]);
        }

        float Factor(int i) => BitConverter.UInt32BitsToSingle((uint)factors[i] << 16);
    }
}
