using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Conformance.Vectors;

public abstract partial class VectorStoreConformance
{
    [Fact]
    public async Task Samples_come_best_first_and_no_more_than_there_are()
    {
        await ReplaceAsync(
            Replacement(2, 0, 32, [UnitOf(0, Axis(0), Axis(1)), UnitOf(16, [0.6f, 0.8f, 0, 0])]),
            Replacement(1, 0, 16, [UnitOf(3, [0.8f, 0.6f, 0, 0])]));
        using var snapshot = await SnapshotAsync();
        var hits = (await snapshot.SearchSamplesAsync([Axis(0)], VectorFilter.None, 100, Cancellation))[0];
        Assert.Equal([(Id(2), 0L), (Id(1), 3L), (Id(2), 16L), (Id(2), 1L)], hits.Select(hit => (hit.Video, hit.Number)));
        AssertScores([1f, 0.8f, 0.6f, 0f], hits.Select(hit => hit.Score));
        Assert.Equal([0L, 3, 16, 0], hits.Select(hit => hit.ShotFirstSample));
        Assert.Equal(hits.Take(2), (await snapshot.SearchSamplesAsync([Axis(0)], VectorFilter.None, 2, Cancellation))[0]);
    }

    [Fact]
    public async Task Ties_go_by_video_then_sample()
    {
        UnitReplacement[] replacements = [.. new[] { 3, 1, 2 }.Select(video => Replacement(video, 0, 64, [UnitOf(32, Axis(0), Axis(0)), UnitOf(0, Axis(0)), UnitOf(48, Axis(1))]))];
        foreach (var replacement in replacements) await ReplaceAsync(replacement);
        using var snapshot = await SnapshotAsync();
        var samples = (await snapshot.SearchSamplesAsync([Axis(0)], VectorFilter.None, 5, Cancellation))[0];
        Assert.Equal([(Id(1), 0L), (Id(1), 32L), (Id(1), 33L), (Id(2), 0L), (Id(2), 32L)], samples.Select(hit => (hit.Video, hit.Number)));
        // A unit of two samples may have another radius than one of one: the ties are those of equal units.
        var units = (await snapshot.SearchUnitsAsync([Axis(0)], VectorFilter.None, int.MaxValue, Cancellation))[0];
        Assert.Equal(9, units.Count);
        foreach (var first in new long[] { 0, 32, 48 })
            Assert.Equal([Id(1), Id(2), Id(3)], units.Where(hit => hit.Unit.FirstSample == first).Select(hit => hit.Unit.Video));
    }

    [Fact]
    public async Task Several_queries_at_once_are_answered_as_one_by_one()
    {
        var random = new Random(5);
        for (var video = 1; video <= 5; video++) await ReplaceAsync(Replacement(video, 0, 70, Units(random, 0, 70, Dimension)));
        float[][] queries = [.. Enumerable.Range(0, 4).Select(i => Array.ConvertAll(Direction(random, Dimension), value => value * (i + 0.5f)))];
        using var snapshot = await SnapshotAsync();
        var units = await snapshot.SearchUnitsAsync(queries, VectorFilter.None, 7, Cancellation);
        var samples = await snapshot.SearchSamplesAsync(queries, VectorFilter.None, 7, Cancellation);
        var scores = await snapshot.ScoreSamplesAsync(queries, Id(3), new SampleRange(10, 40), Cancellation);
        for (var i = 0; i < queries.Length; i++)
        {
            Assert.Equal((await snapshot.SearchUnitsAsync([queries[i]], VectorFilter.None, 7, Cancellation))[0], units[i]);
            Assert.Equal((await snapshot.SearchSamplesAsync([queries[i]], VectorFilter.None, 7, Cancellation))[0], samples[i]);
            Assert.Equal((await snapshot.ScoreSamplesAsync([queries[i]], Id(3), new SampleRange(10, 40), Cancellation))[0].Scores, scores[i].Scores);
        }
        Assert.Empty(await snapshot.SearchUnitsAsync([], VectorFilter.None, 7, Cancellation));
        Assert.Empty(await snapshot.SearchSamplesAsync([], VectorFilter.None, 7, Cancellation));
    }

    [Fact]
    public async Task Scores_of_a_range_cut_units_and_leave_out_what_is_absent()
    {
        await ReplaceAsync(Replacement(1, 0, 64, [UnitOf(12, Axis(0), Axis(1), Axis(0), Axis(1)), UnitOf(40, Axis(0), Axis(0))]));
        using var snapshot = await SnapshotAsync();
        var scores = (await snapshot.ScoreSamplesAsync([Axis(0)], Id(1), new SampleRange(13, 41), Cancellation))[0];
        Assert.Equal([13, 14, 15, 40], scores.Numbers);
        Assert.Equal([12, 12, 12, 40], scores.ShotFirstSamples);
        AssertScores([0f, 1, 0, 1], scores.Scores);
        Assert.Empty((await snapshot.ScoreSamplesAsync([Axis(0)], Id(1), new SampleRange(16, 40), Cancellation))[0].Numbers);
        Assert.Empty((await snapshot.ScoreSamplesAsync([Axis(0)], Id(1), new SampleRange(14, 14), Cancellation))[0].Numbers);
        Assert.Empty((await snapshot.ScoreSamplesAsync([Axis(0)], Id(2), SampleRange.Everything, Cancellation))[0].Numbers);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task No_sample_scores_above_its_units_bound(int seed)
    {
        var random = new Random(seed);
        var model = new VectorModel(Dot);
        for (var video = 1; video <= 4; video++) await PutAsync(model, Replacement(video, 0, 200, Units(random, 0, 200, Dimension)));
        using var snapshot = await SnapshotAsync();
        for (var i = 0; i < 20; i++)
        {
            // Some along a stored sample, where the bound is tightest; of lengths from 1e-3 to 1e3.
            var query = i % 2 == 0 ? Direction(random, Dimension) : model.Units(Id(1))[i].Vectors[..Dimension];
            var length = MathF.Pow(10, i % 7 - 3);
            query = Array.ConvertAll(query, value => value * length);
            var expected = model.UnitScores(query, VectorFilter.None);
            foreach (var hit in (await snapshot.SearchUnitsAsync([query], VectorFilter.None, int.MaxValue, Cancellation))[0])
            {
                var (_, meanScore, best) = expected[(hit.Unit.Video, hit.Unit.FirstSample)];
                Assert.True(hit.UpperBound >= best - ScoreTolerance * length, $"seed {seed}, query {i}, unit {hit.Unit}: a sample scores {best:R}, above {hit.UpperBound:R}");
                Assert.True(hit.UpperBound - meanScore <= length * 0.5, $"seed {seed}, query {i}, unit {hit.Unit}: the bound {hit.UpperBound} says nothing beside {meanScore}");
            }
        }
    }

    [Fact]
    public async Task Queries_that_have_no_answer_are_refused()
    {
        await ReplaceAsync(Replacement(1, 0, 16, [UnitOf(0, Axis(0))]));
        using var snapshot = await SnapshotAsync();
        foreach (var query in new[] { Axis(0, 5), [1, float.NaN, 0, 0], [float.PositiveInfinity, 0, 0, 0], [float.MaxValue, float.MaxValue, 0, 0] })
        {
            await RefusedAsync(ErrorCodes.RequestInvalid, async () => await snapshot.SearchUnitsAsync([Axis(0), query], VectorFilter.None, 1, Cancellation));
            await RefusedAsync(ErrorCodes.RequestInvalid, async () => await snapshot.SearchSamplesAsync([Axis(0), query], VectorFilter.None, 1, Cancellation));
            await RefusedAsync(ErrorCodes.RequestInvalid, async () => await snapshot.ScoreSamplesAsync([Axis(0), query], Id(1), SampleRange.Everything, Cancellation));
        }
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await snapshot.SearchUnitsAsync([Axis(0)], VectorFilter.None, 0, Cancellation));
        var zero = (await snapshot.SearchSamplesAsync([new float[4]], VectorFilter.None, 1, Cancellation))[0];
        Assert.Equal(0f, Assert.Single(zero).Score);
    }

    [Fact]
    public async Task A_cancelled_search_ends()
    {
        await ReplaceAsync(Replacement(1, 0, 16, [UnitOf(0, Axis(0))]));
        using var snapshot = await SnapshotAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await snapshot.SearchUnitsAsync([Axis(0)], VectorFilter.None, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await snapshot.SearchSamplesAsync([Axis(0)], VectorFilter.None, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ReplaceAsync(Encoding, [Replacement(1, 0, 16, [])], cancelled));
        await AssertUnitsAsync(1, 0);
    }

    protected async Task PutAsync(VectorModel model, params UnitReplacement[] replacements)
    {
        await ReplaceAsync(replacements);
        foreach (var replacement in replacements) model.Replace(replacement);
    }

    /// <summary>Everything a snapshot says about a filter and a query, against the model.</summary>
    protected async Task CompareAsync(IVectorSnapshot snapshot, VectorModel model, float[] query, VectorFilter filter, int k)
    {
        Assert.Equal(model.Count(filter), await snapshot.CountAsync(filter, Cancellation));

        var length = (float)Math.Sqrt(DotProduct.Of(query, query));
        var samples = model.Samples(query, filter);
        var scores = samples.ToDictionary(hit => (hit.Video, hit.Number));
        var hits = (await snapshot.SearchSamplesAsync([query], filter, k, Cancellation))[0];
        Assert.Equal(Math.Min(k, samples.Count), hits.Count);
        for (var i = 0; i < hits.Count; i++)
        {
            Assert.Equal(samples[i].Score, hits[i].Score, ScoreTolerance * length);
            Assert.Equal(scores[(hits[i].Video, hits[i].Number)].Score, hits[i].Score, ScoreTolerance * length);
        }

        var expected = model.UnitScores(query, filter);
        var all = (await snapshot.SearchUnitsAsync([query], filter, int.MaxValue, Cancellation))[0];
        Assert.Equal(expected.Count, all.Count);
        foreach (var hit in all)
        {
            var (key, _, best) = expected[(hit.Unit.Video, hit.Unit.FirstSample)];
            Assert.Equal(key, hit.Unit);
            Assert.True(hit.UpperBound >= best - ScoreTolerance * length, $"{hit} bounds {best}");
        }
        Assert.Equal(all.OrderByDescending(hit => hit.UpperBound).ThenBy(hit => hit.Unit.Video).ThenBy(hit => hit.Unit.FirstSample), all);
        Assert.Equal(all.Take(k), (await snapshot.SearchUnitsAsync([query], filter, k, Cancellation))[0]);
        if (all.Count == 0) return;
        var least = all[all.Count / 3].UpperBound;
        Assert.Equal(all.Take(k).TakeWhile(hit => hit.UpperBound >= least), await snapshot.SearchUnitsFromAsync(query, filter, k, least, Cancellation));
        Assert.Empty(await snapshot.SearchUnitsFromAsync(query, filter, k, MathF.BitIncrement(all[0].UpperBound), Cancellation));
    }
}
