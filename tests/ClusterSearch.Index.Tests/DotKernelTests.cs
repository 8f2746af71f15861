using ClusterSearch.Index.Scoring;

namespace ClusterSearch.Index.Tests;

public sealed class DotKernelTests
{
    [Fact]
    public void Every_width_gives_the_bits_of_the_reference_at_every_length()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        for (var length = 0; length <= 1200; length += length < 140 ? 1 : 37)
        {
            var left = Numbers(random, length);
            var right = Numbers(random, length);
            var expected = BitConverter.SingleToInt32Bits(DotKernel.DotReference(left, right));
            foreach (var (name, actual) in new[]
                     {
                         ("chosen", DotKernel.Dot(left, right)), ("512", DotKernel.Dot512(left, right)),
                         ("256", DotKernel.Dot256(left, right)), ("128", DotKernel.Dot128(left, right)),
                     })
                Assert.True(BitConverter.SingleToInt32Bits(actual) == expected, $"{name} differs at length {length}, seed {Seed}");
        }
    }

    [Fact]
    public void The_sum_is_near_the_true_one()
    {
        var random = new Random(8);
        var (left, right) = (Numbers(random, 768), Numbers(random, 768));
        double sum = 0, size = 0;
        for (var i = 0; i < left.Length; i++) (sum, size) = (sum + (double)left[i] * right[i], size + Math.Abs((double)left[i] * right[i]));
        Assert.Equal(sum, DotKernel.Dot(left, right), size * 1e-5);
    }

    private static float[] Numbers(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() * 2 - 1))];
}
