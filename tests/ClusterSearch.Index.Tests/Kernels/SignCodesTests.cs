using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Index.Tests.Kernels;

public sealed class SignCodesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(32)]
    public void A_block_has_a_bit_for_every_sign_and_zeros_for_missing_rows(int rowCount)
    {
        const int Dimension = 128;
        var residuals = Vectors.Normal(new Random(rowCount), rowCount * Dimension);
        residuals[5] = 0f;
        residuals[6] = -0f;
        var block = new byte[SignCodes.BlockBytes(Dimension)];
        Array.Fill(block, (byte)0xAA);
        SignCodes.Pack(residuals, Dimension, block);
        for (var row = 0; row < 32; row++)
            for (var i = 0; i < Dimension; i++)
                Assert.Equal(row < rowCount && residuals[row * Dimension + i] >= 0, Bit(block, row, i));
    }

    [Fact]
    public void Factors_are_those_of_the_paper()
    {
        // |r|² = 64 · 9 + 64 · 1 = 640, |r|₁ = 256: ⟨ō, o⟩² = 256² / (640 · 128) = 0.8; √(640 · (1 / 0.8 − 1) / 127).
        float[] residual = [.. Enumerable.Repeat(-3f, 64), .. Enumerable.Repeat(1f, 64)];
        var factors = SignFactors.Of(residual);
        Assert.Equal(2.5f, factors.Scale);
        Assert.Equal(Math.Sqrt(160 / 127.0), factors.Error, 1e-6);
        Assert.Equal(default, SignFactors.Of(new float[128]));
        // Signs say all of it.
        Assert.Equal(new SignFactors(2f, 0f), SignFactors.Of([.. Enumerable.Repeat(2f, 128)]));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(768)]
    public unsafe void Estimates_are_unbiased_and_the_bound_holds(int dimension)
    {
        const int Rows = 4096;
        const float Epsilon = 3;
        var random = new Random(dimension);
        var rotation = new RandomRotation(dimension);
        double sum = 0, squares = 0;
        var beyond = 0;
        for (var first = 0; first < Rows; first += 32)
        {
            // Of lengths from near nothing to 1, half of them close to the query.
            var query = Vectors.Unit(random, dimension);
            var vectors = new float[32 * dimension];
            for (var row = 0; row < 32; row++)
            {
                var vector = Vectors.Unit(random, dimension);
                var (length, near) = ((float)random.NextDouble(), row % 2 * (float)random.NextDouble());
                for (var i = 0; i < dimension; i++) vectors[row * dimension + i] = length * (vector[i] + near * query[i]);
            }
            var rotated = new float[vectors.Length];
            rotation.Rotate(vectors, rotated);
            var rotatedQuery = new float[dimension];
            rotation.Rotate(query, rotatedQuery);
            var signs = new SignQuery(rotatedQuery);
            var block = new byte[SignCodes.BlockBytes(dimension)];
            SignCodes.Pack(rotated, dimension, block);
            var sums = new ushort[32];
            fixed (byte* codes = block) KernelSet.Chosen.SumCodes(codes, 1, [signs], [], sums);
            for (var row = 0; row < 32; row++)
            {
                var factors = SignFactors.Of(rotated.AsSpan(row * dimension, dimension));
                var estimate = factors.Scale * (signs.Base + signs.Step * sums[row]);
                var truth = Vectors.Dot(query, vectors.AsSpan(row * dimension, dimension));
                if (Math.Abs(estimate - truth) > Epsilon * factors.Error + factors.Scale * signs.Error) beyond++;
                if (factors.Error == 0) continue;
                sum += (estimate - truth) / factors.Error;
                squares += (estimate - truth) / factors.Error * ((estimate - truth) / factors.Error);
            }
        }
        // In units of the error: mean 0 within four deviations of a mean of 4,096, deviation at most 1, 0.3 % beyond three.
        Assert.InRange(sum / Rows, -4 / Math.Sqrt(Rows), 4 / Math.Sqrt(Rows));
        Assert.InRange(squares / Rows, 0.7, 1.1);
        Assert.InRange(beyond, 0, Rows * 6 / 1000);
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void A_tables_rounding_is_within_its_own_bound_and_no_sum_leaves_16_bits(int dimension)
    {
        var random = new Random(dimension);
        foreach (var query in (float[][])[Vectors.Unit(random, dimension), [.. Enumerable.Repeat(-1f, dimension)], [1f, .. new float[dimension - 1]]])
        {
            var signs = new SignQuery(query);
            double largest = 0;
            for (var table = 0; table < dimension / 4; table++) largest += signs.Table.AsSpan(table * 16, 16).ToArray().Max();
            Assert.InRange(largest, 1, ushort.MaxValue);
            Assert.InRange(signs.Error, 0, dimension / 4 * signs.Step / 2 * 1.0001);
            for (var trial = 0; trial < 20; trial++)
            {
                double truth = 0, sum = 0;
                for (var table = 0; table < dimension / 4; table++)
                {
                    var pattern = random.Next(16);
                    sum += signs.Table[table * 16 + pattern];
                    for (var i = 0; i < 4; i++) truth += (pattern >> i & 1) != 0 ? query[table * 4 + i] : -query[table * 4 + i];
                }
                Assert.InRange(signs.Base + signs.Step * sum - truth, -signs.Error - 1e-3, signs.Error + 1e-3);
            }
        }
    }

    [Fact]
    public void A_query_of_zeros_says_zero() => Assert.Equal((0f, 0f, 0f), (new SignQuery(new float[64]).Base, new SignQuery(new float[64]).Step, new SignQuery(new float[64]).Error));

    public static TheoryData<int> Dimensions => [.. Vectors.PaddedDimensions];

    private static bool Bit(byte[] block, int row, int coordinate)
    {
        int[] order = [0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15];
        var code = block[coordinate / 4 * 16 + Array.IndexOf(order, row % 16)];
        return ((row < 16 ? code & 15 : code >> 4) >> (coordinate % 4) & 1) != 0;
    }
}
