using ClusterSearch.Core.Queries;

namespace ClusterSearch.Core.Tests;

public class LinearQueryTests
{
    [Fact]
    public void One_part_is_itself_whatever_its_weight()
    {
        Assert.Equal([0.6f, 0.8f], LinearQuery.Combine([new([0.6f, 0.8f], 1)]));
        Assert.Equal([0.6f, 0.8f], LinearQuery.Combine([new([0.6f, 0.8f], 7)]));
    }

    [Fact]
    public void Weights_of_the_wanted_sum_to_one_and_the_unwanted_count_in_the_same_measure()
    {
        // (3 * x + 1 * y - 2 * z) / 4, and not renormalised.
        Assert.Equal([0.75f, 0.25f, -0.5f], LinearQuery.Combine(
            [new([1, 0, 0], 3), new([0, 0, 1], 2, IsNegative: true), new([0, 1, 0], 1)]));
    }

    [Fact]
    public void A_score_is_the_weighted_mean_of_cosines()
    {
        var random = new Random(9);
        float[] text = Unit(random), image = Unit(random), sample = Unit(random);
        var query = LinearQuery.Combine([new(text, 2), new(image, 1)]);
        Assert.Equal((2 * Dot(text, sample) + Dot(image, sample)) / 3, Dot(query, sample), 6);
    }

    [Fact]
    public void Every_fault_is_named_in_one_line()
    {
        var fault = Assert.Throws<ClusterSearchException>(() => LinearQuery.Combine(
            [new([1, 0], 1), new([1, 0, 0], 1), new([0, 1], 0), new([0, 1], double.NaN), new([0.1f, 0], 1), new([float.NaN, 0], 1)]));
        Assert.Equal(ErrorCodes.RequestInvalid, fault.Code);
        Assert.Contains("part 2: expected dimension 2, found 3", fault.Message);
        Assert.Contains("part 3: expected a weight above 0, found 0", fault.Message);
        Assert.Contains("part 4: expected a weight above 0, found NaN", fault.Message);
        Assert.Contains("part 5: expected a vector of length 1, found 0.1", fault.Message);
        Assert.Contains("part 6: expected a vector of length 1, found NaN", fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Fact]
    public void A_query_says_what_to_look_for()
    {
        Assert.Contains("found none", Assert.Throws<ClusterSearchException>(() => LinearQuery.Combine([])).Message);
        Assert.Contains("only negatives", Assert.Throws<ClusterSearchException>(
            () => LinearQuery.Combine([new([1, 0], 1, IsNegative: true)])).Message);
    }

    private static float[] Unit(Random random)
    {
        var vector = Enumerable.Range(0, 50).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var length = Math.Sqrt(Dot(vector, vector));
        return Array.ConvertAll(vector, x => (float)(x / length));
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
