using ClusterSearch.Core.Evaluation;

namespace ClusterSearch.Core.Tests;

public class EvaluationTests
{
    [Theory]
    [InlineData(0, 8, 0, 8, 1)]
    [InlineData(0, 8, 4, 8, 0.5)]
    [InlineData(0, 8, 4, 12, 1.0 / 3)] // 4 of 12
    [InlineData(0, 8, 8, 12, 0)] // half-open ranges that touch share nothing
    [InlineData(0, 8, 9, 12, 0)]
    [InlineData(2, 3, 0, 10, 0.1)]
    public void Overlap_is_what_is_shared_over_what_either_covers(double start, double end, double otherStart, double otherEnd, double iou)
    {
        var range = new TimeRange("v", start, end);
        var other = new TimeRange("v", otherStart, otherEnd);
        Assert.Equal(iou, range.IntersectionOverUnion(other), 12);
        Assert.Equal(iou, other.IntersectionOverUnion(range), 12);
        Assert.Equal(0, range.IntersectionOverUnion(other with { Video = "w" }));
    }

    [Fact]
    public void A_ranking_worked_by_hand()
    {
        // Relevant: A = [0,10), B = [20,30), C = [40,50). Ranks: 1 hits A; 2 is A again (a miss); 3 is nothing; 4 hits C; 5 nothing.
        var metrics = RetrievalMetrics.Evaluate(
            [new("v", 0, 10), new("v", 0, 9), new("v", 100, 110), new("v", 41, 50), new("w", 20, 30)],
            [new("v", 0, 10), new("v", 20, 30), new("v", 40, 50)], [1, 5], [0.5]);
        Assert.Equal(1, metrics["r1 iou>=0.5"]);
        // (1/1 + 2/4) / 3
        Assert.Equal(0.5, metrics["map iou>=0.5"], 12);
        Assert.Equal(1, metrics["precision@1 iou>=0.5"]);
        Assert.Equal(1.0 / 3, metrics["recall@1 iou>=0.5"], 12);
        Assert.Equal(0.5, metrics["f1@1 iou>=0.5"], 12);
        Assert.Equal(1, metrics["ndcg@1 iou>=0.5"], 12);
        Assert.Equal(2.0 / 5, metrics["precision@5 iou>=0.5"], 12);
        Assert.Equal(2.0 / 3, metrics["recall@5 iou>=0.5"], 12);
        // 2 * .4 * .6667 / 1.0667
        Assert.Equal(0.5, metrics["f1@5 iou>=0.5"], 12);
        // (1 + 1/log2 5) / (1 + 1/log2 3 + 1/2) = 1.430677 / 2.130930
        Assert.Equal(0.671386, metrics["ndcg@5 iou>=0.5"], 5);
    }

    [Fact]
    public void The_threshold_decides_what_is_a_hit()
    {
        // Overlaps with [0,10): .8 at rank 1.
        var metrics = RetrievalMetrics.Evaluate([new("v", 0, 8)], [new("v", 0, 10)]);
        Assert.Equal(1, metrics["r1 iou>=0.7"]);
        Assert.Equal(1, metrics["map iou>=0.3"]);
        Assert.Equal(0, RetrievalMetrics.Evaluate([new("v", 0, 8)], [new("v", 0, 10)], [1], [0.81])["r1 iou>=0.81"]);
        Assert.Equal(1, RetrievalMetrics.Evaluate([new("v", 0, 8)], [new("v", 0, 10)], [1], [0.8])["r1 iou>=0.8"]);
    }

    [Fact]
    public void A_result_takes_the_relevant_moment_that_it_overlaps_most()
    {
        // Rank 1 = [2,10) overlaps [0,10) by .8 and [3,10) by .875: it takes the latter, so rank 2 = [0,9) still finds the former.
        var metrics = RetrievalMetrics.Evaluate([new("v", 2, 10), new("v", 0, 9)], [new("v", 0, 10), new("v", 3, 10)], [2], [0.5]);
        Assert.Equal(1, metrics["recall@2 iou>=0.5"]);
    }

    [Fact]
    public void More_relevant_moments_than_ranks_still_allow_a_perfect_gain()
    {
        var metrics = RetrievalMetrics.Evaluate(
            [new("v", 0, 1), new("v", 1, 2)], [new("v", 0, 1), new("v", 1, 2), new("v", 2, 3)], [2], [0.5]);
        Assert.Equal(1, metrics["ndcg@2 iou>=0.5"], 12);
        Assert.Equal(2.0 / 3, metrics["recall@2 iou>=0.5"], 12);
        Assert.Equal(2.0 / 3, metrics["map iou>=0.5"], 12);
    }

    [Fact]
    public void No_results_score_zero_and_no_relevant_moments_score_nothing()
    {
        var none = RetrievalMetrics.Evaluate([], [new("v", 0, 1)]);
        Assert.Equal(3 * (2 + 3 * 4), none.Count);
        Assert.All(none.Values, value => Assert.Equal(0, value));
        Assert.Empty(RetrievalMetrics.Evaluate([new("v", 0, 1)], []));
    }

    [Fact]
    public void Means_leave_out_queries_without_a_metric_and_keep_the_order_of_names()
    {
        var perfect = RetrievalMetrics.Evaluate([new("v", 0, 1)], [new("v", 0, 1)], [1], [0.5]);
        var empty = RetrievalMetrics.Evaluate([], [new("v", 0, 1)], [1], [0.5]);
        var unjudged = RetrievalMetrics.Evaluate([], []);
        var mean = RetrievalMetrics.Mean([perfect, unjudged, empty, empty]);
        Assert.Equal(
            ["map iou>=0.5", "r1 iou>=0.5", "ndcg@1 iou>=0.5", "recall@1 iou>=0.5", "precision@1 iou>=0.5", "f1@1 iou>=0.5"], mean.Keys);
        Assert.All(mean.Values, value => Assert.Equal(1.0 / 3, value, 12));
    }

    [Fact]
    public void Ranges_cutoffs_and_thresholds_out_of_range_are_refused()
    {
        TimeRange[] good = [new("v", 0, 1)], empty = [new("v", 1, 1)];
        Assert.Throws<ArgumentException>(() => RetrievalMetrics.Evaluate(good, empty));
        Assert.Throws<ArgumentException>(() => RetrievalMetrics.Evaluate(empty, good));
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrievalMetrics.Evaluate(good, good, [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrievalMetrics.Evaluate(good, good, [1], [0]));
    }
}
