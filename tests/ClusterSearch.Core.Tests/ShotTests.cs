using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;

namespace ClusterSearch.Core.Tests;

public class ShotTests
{
    private static readonly ShotOptions Options = new() { CutSimilarity = 0.1, StrongEdge = 25, StrongEdgeSimilarity = 0.9 };

    [Theory]
    [InlineData(8, 0.99, 0, true)] // a gap: sample 7 is missing
    [InlineData(7, 0.99, 0, false)]
    [InlineData(7, 0.09, 0, true)] // nothing in common
    [InlineData(7, 0.11, 24.9f, false)] // a car leaves
    [InlineData(7, 0.89, 25f, true)] // a hard cut between look-alikes
    [InlineData(7, 0.91, 200f, false)] // a flash
    public void A_cut_is_a_gap_or_nothing_in_common_or_a_strong_edge_with_a_change(long number, double cosine, float edge, bool isCut) =>
        Assert.Equal(isCut, ShotDetection.IsCut(6, number, At(1), At(cosine), new SampleTiming(0, 0, edge), Options));

    [Fact]
    public void Each_sample_is_decided_with_its_neighbour_and_the_first_always_starts_a_shot()
    {
        var run = new EmbeddedChunk
        {
            Dimension = 2,
            Numbers = [4, 5, 6, 8, 9],
            Timings = [new(0, 0, 99), new(1, 1, 0), new(2, 2, 30), new(4, 4, 0), new(5, 5, 0)],
            Vectors = [.. At(1), .. At(1), .. At(0.5), .. At(0.5), .. At(0.5)],
        };
        Assert.Equal([true, false, true, true, false], ShotDetection.ShotStarts(run, Options));
    }

    [Fact]
    public void Runs_end_at_gaps_and_where_the_shot_changes()
    {
        Assert.Equal(
            [new ShotRun(3, 0, 2), new ShotRun(3, 2, 1), new ShotRun(8, 3, 2)],
            ShotRuns.Of([3, 4, 7, 8, 9], [3, 3, 3, 8, 8]));
        Assert.Empty(ShotRuns.Of([], []));
    }

    private static float[] At(double cosine) => [(float)cosine, (float)Math.Sqrt(1 - cosine * cosine)];
}
