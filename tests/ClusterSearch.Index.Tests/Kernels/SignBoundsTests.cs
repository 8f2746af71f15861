using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Index.Tests.Kernels;

public sealed class SignBoundsTests
{
    [Fact]
    public void Rows_that_reach_the_threshold_come_in_order_with_their_bounds()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        for (var count = 0; count < 100; count++)
        {
            var bounds = new SignBounds(0.25f, -3.5f, 0.001f, 1.9f);
            ushort[] sums = [.. Enumerable.Range(0, count).Select(_ => (ushort)random.Next(65536))];
            float[] scales = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 0.05f)];
            float[] slacks = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 0.1f)];
            uint[] admitted = count % 2 == 0 ? [] : [.. Enumerable.Range(0, count / 32 + 1).Select(_ => (uint)random.NextInt64(1L << 32))];
            foreach (var threshold in (float[])[float.NegativeInfinity, 0.5f, 1.5f, float.PositiveInfinity])
            {
                var (rows, found) = (new int[count], new float[count]);
                var reaching = bounds.Reaching(threshold, sums, scales, slacks, admitted, rows, found);
                var expected = Enumerable.Range(0, count)
                    .Where(row => admitted.Length == 0 || (admitted[row / 32] & (1u << (row % 32))) != 0)
                    .Select(row => (Row: row, Bound: 0.25f + scales[row] * (-3.5f + 0.001f * sums[row]) + slacks[row] * 1.9f))
                    .Where(row => row.Bound >= threshold).ToArray();
                Assert.Equal(expected, rows.Zip(found).Take(reaching));
            }
        }
    }

    [Fact]
    public void What_is_no_number_reaches_nothing()
    {
        var (rows, found) = (new int[16], new float[16]);
        var slacks = new float[16];
        Array.Fill(slacks, float.NaN);
        Assert.Equal(0, new SignBounds(0, 0, 1, 1).Reaching(float.NegativeInfinity, new ushort[16], new float[16], slacks, [], rows, found));
    }
}
