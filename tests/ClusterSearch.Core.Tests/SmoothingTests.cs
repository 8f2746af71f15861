using ClusterSearch.Core.Smoothing;

namespace ClusterSearch.Core.Tests;

public class SmoothingTests
{
    [Fact]
    public void The_kernel_is_a_gaussian_of_unit_sum()
    {
        var kernel = GaussianKernel.Default;
        Assert.Equal(11, kernel.Size);
        Assert.Equal(Halo.Radius, kernel.Radius);
        Assert.Equal(1, kernel.Weights.ToArray().Sum(), 14);
        for (var k = 0; k <= 5; k++)
        {
            // Ratios to the middle weight: exp(-k^2 / (2 * 1.8^2)).
            Assert.Equal(Math.Exp(-k * k / 6.48), kernel.Weights[5 + k] / kernel.Weights[5], 14);
            Assert.Equal(kernel.Weights[5 - k], kernel.Weights[5 + k]);
        }
        // exp(-1/(2*0.1^2)) = exp(-50) and exp(-200): no overflow, no cancellation.
        var narrow = new GaussianKernel(5, 0.1);
        Assert.Equal(Math.Exp(-50), narrow.Weights[1] / narrow.Weights[2], 1e-30);
    }

    [Theory]
    [InlineData(0, 1.8)]
    [InlineData(10, 1.8)]
    [InlineData(11, 0)]
    [InlineData(11, double.NaN)]
    public void A_kernel_of_even_size_or_no_width_cannot_be_built(int size, double sigma) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaussianKernel(size, sigma));

    [Fact]
    public void Weights_are_renormalised_at_the_ends_of_a_shot()
    {
        Assert.Equal([0.25f], HaloSmoothing.Scores([0.25f]));
        Assert.Empty(HaloSmoothing.Scores([]));
        // Two samples: (1 * 1 + w * 0) / (1 + w) with w = exp(-1/6.48) = 0.85700...
        var w = Math.Exp(-1 / 6.48);
        var two = HaloSmoothing.Scores([1, 0]);
        Assert.Equal(1 / (1 + w), two[0], 6);
        Assert.Equal(w / (1 + w), two[1], 6);
        // What does not vary stays, ends included.
        Assert.All(HaloSmoothing.Scores(Enumerable.Repeat(0.3f, 40).ToArray()), score => Assert.Equal(0.3f, score, 6));
    }

    [Fact]
    public void Scores_equal_an_independent_sum_over_the_neighbours_within_five()
    {
        var random = new Random(1);
        foreach (var count in new[] { 1, 2, 5, 6, 11, 12, 60 })
        {
            var scores = Floats(random, count);
            var smoothed = HaloSmoothing.Scores(scores);
            Assert.Equal(count, smoothed.Length);
            for (var i = 0; i < count; i++)
            {
                var near = Enumerable.Range(0, count).Where(j => Math.Abs(j - i) <= 5).ToArray();
                var weights = near.Select(j => Math.Exp(-(j - i) * (j - i) / (2 * 1.8 * 1.8))).ToArray();
                Assert.Equal(near.Zip(weights, (j, weight) => weight * scores[j]).Sum() / weights.Sum(), smoothed[i], 6);
            }
        }
    }

    [Fact]
    public void Smoothing_scores_equals_scoring_smoothed_vectors()
    {
        Seeds.Each(20, seed =>
        {
            var random = new Random(seed);
            int count = random.Next(1, 40), dimension = random.Next(1, 70);
            var vectors = Enumerable.Range(0, count).SelectMany(_ => Unit(Floats(random, dimension))).ToArray();
            var query = Unit(Floats(random, dimension));
            var ofScores = HaloSmoothing.Scores(Score(vectors, query));
            var ofVectors = Score(HaloSmoothing.Vectors(vectors, dimension), query);
            for (var i = 0; i < count; i++)
                Assert.True(Math.Abs(ofScores[i] - ofVectors[i]) < 2e-6, $"seed {seed}, sample {i}: {ofScores[i]} and {ofVectors[i]}");
        });
    }

    [Fact]
    public void Smoothed_vectors_keep_their_own_length()
    {
        // Two orthogonal neighbours: (1/(1+w), w/(1+w)) has length sqrt(1+w^2)/(1+w) = 0.709, not 1.
        var smoothed = HaloSmoothing.Vectors([1, 0, 0, 1], 2);
        Assert.Equal(0.709, Math.Sqrt(smoothed[0] * smoothed[0] + smoothed[1] * smoothed[1]), 3);
    }

    [Fact]
    public void A_sample_more_than_the_radius_away_does_not_matter()
    {
        var random = new Random(3);
        var scores = Floats(random, 30);
        var before = HaloSmoothing.Scores(scores);
        scores[20] += 10;
        var after = HaloSmoothing.Scores(scores);
        for (var i = 0; i < 30; i++) Assert.Equal(Math.Abs(i - 20) <= 5, before[i] != after[i]);
        // So a piece with a halo of 5 on either side gives the same bits as the whole.
        Assert.Equal(before[5..10], HaloSmoothing.Scores(scores.AsSpan(0, 15))[5..10]);
    }

    [Fact]
    public void The_reference_method_loses_five_at_either_end_of_each_run_and_renormalises()
    {
        var random = new Random(5);
        // Runs of 13, 10 and 11 samples: 3, none and 1 remain.
        long[] numbers = [.. Range(100, 13), .. Range(200, 10), .. Range(300, 11)];
        const int dimension = 7;
        var vectors = numbers.SelectMany(_ => Unit(Floats(random, dimension))).ToArray();
        var (kept, smoothed) = ReferenceSmoothing.Vectors(numbers, vectors, dimension);
        Assert.Equal([105, 106, 107, 305], kept);
        for (var k = 0; k < kept.Length; k++)
        {
            var middle = Array.IndexOf(numbers, kept[k]);
            var expected = new double[dimension];
            for (var offset = -5; offset <= 5; offset++)
                for (var c = 0; c < dimension; c++)
                    expected[c] += Math.Exp(-offset * offset / 6.48) * vectors[(middle + offset) * dimension + c];
            var length = Math.Sqrt(expected.Sum(x => x * x));
            for (var c = 0; c < dimension; c++) Assert.Equal(expected[c] / length, smoothed[k * dimension + c], 6);
        }
    }

    [Fact]
    public void A_vector_that_vanishes_in_the_reference_method_stays_zero()
    {
        var (numbers, vectors) = ReferenceSmoothing.Vectors(Range(0, 11), new float[22], 2);
        Assert.Equal([5], numbers);
        Assert.Equal([0, 0], vectors);
    }

    private static long[] Range(long first, int count) => Enumerable.Range(0, count).Select(i => first + i).ToArray();

    private static float[] Floats(Random random, int count) => Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1).ToArray();

    private static float[] Unit(float[] vector)
    {
        var length = Math.Sqrt(vector.Sum(x => (double)x * x));
        return Array.ConvertAll(vector, x => (float)(x / length));
    }

    private static float[] Score(float[] vectors, float[] query) =>
        vectors.Chunk(query.Length).Select(row => (float)row.Zip(query, (a, b) => (double)a * b).Sum()).ToArray();
}
