using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Embedding.Tests;

public class VectorTests
{
    [Fact]
    public void A_vector_is_scaled_to_length_one()
    {
        var unit = new float[2];
        UnitVector.Write([3, -4], unit, "a graph");
        Assert.Equal([0.6f, -0.8f], unit);
    }

    [Theory]
    [InlineData(float.NaN, "not finite")]
    [InlineData(float.PositiveInfinity, "not finite")]
    [InlineData(1e-7f, "without length")]
    [InlineData(0f, "without length")]
    public void A_vector_without_direction_is_refused(float number, string reason)
    {
        var fault = Assert.Throws<ClusterSearchException>(() => UnitVector.Write([number, 0], new float[2], "a graph"));
        Assert.Equal(ErrorCodes.ModelBroken, fault.Code);
        Assert.Contains(reason, fault.Message);
    }

    [Fact]
    public void Best_labels_come_first_and_equal_ones_by_index()
    {
        var best = new LabelScore[4];
        TopLabels.Write([0.1f, 0.5f, 0.2f, 0.5f, 0.1f, 0.9f, 0.2f], best);
        Assert.Equal([new LabelScore(5, 0.9f), new LabelScore(1, 0.5f), new LabelScore(3, 0.5f), new LabelScore(2, 0.2f)], best);
    }

    [Fact]
    public void Best_labels_equal_a_full_sort()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var scores = Enumerable.Range(0, random.Next(5, 60)).Select(_ => random.Next(12) / 12f).ToArray();
            var best = new LabelScore[5];
            TopLabels.Write(scores, best);
            var expected = scores.Select((score, label) => new LabelScore((ushort)label, score)).OrderByDescending(label => label.Score).ThenBy(label => label.Label).Take(5);
            Assert.Equal(expected, best);
        }
    }
}
