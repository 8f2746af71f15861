using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Quantisation;
using ClusterSearch.Index.Segments;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Index.Tests.Scoring;

/// <summary>Searches for shots, which go by codes of units, and what these codes are made of.</summary>
public sealed class UnitCodesTests : IndexFixture
{
    private static readonly VectorFilter[] Filters =
    [
        VectorFilter.None,
        new() { SecondsAfter = 35, SecondsBefore = 90.5 },
        new() { Videos = new HashSet<VideoId> { Id(2), Id(4) } },
        new() { Videos = new HashSet<VideoId> { Id(3) }, SecondsBefore = 17 },
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task With_bounds_that_nothing_exceeds_a_search_for_shots_finds_what_an_exact_one_does(int seed)
    {
        var random = new Random(seed);
        // Bounds so far above estimates that only a mistake in their places can miss anything; never exact by itself.
        await using var store = await OpenAsync(new EmbeddedIndexOptions { CompactInBackground = false, ExactPieces = 0, ExactShare = int.MaxValue, ShotDeviations = 60 });
        for (var video = 1; video <= 5; video++) await PutAsync(store, video, 0, Units(random, 0, 150, Dimension));
        // Ranges written anew, a deletion and merges: live units are no longer all units.
        await PutAsync(store, 2, 32, Units(random, 32, 40, Dimension));
        await store.DeleteVideoAsync(Id(1), Encoding, Cancellation);
        for (var video = 6; video <= 15; video++) await PutAsync(store, video, 0, Units(random, 0, 20, Dimension));
        using var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
        foreach (var filter in Filters)
        {
            var query = Direction(random, Dimension);
            foreach (var k in (int[])[1, 7, 1000])
            {
                var expected = (await snapshot.Exactly().SearchUnitsAsync([query], filter, k, Cancellation))[0];
                Assert.Equal(expected, (await snapshot.ForShots().SearchUnitsAsync([query], filter, k, Cancellation))[0]);
                Assert.StartsWith("by codes of units", snapshot.Cost!.Plan, StringComparison.Ordinal);
                var least = expected[expected.Count / 2].UpperBound;
                Assert.Equal(expected.TakeWhile(hit => hit.UpperBound >= least), await snapshot.ForShots().SearchUnitsFromAsync(query, filter, k, least, Cancellation));
            }
        }
    }

    /// <summary>One of few, after which most units still reach the score to beat, and many, which are told from few.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1100)]
    public async Task Where_bounds_of_units_let_too_many_pass_those_of_pieces_decide(int k)
    {
        var random = new Random(k);
        await using var store = await OpenAsync(new EmbeddedIndexOptions { ExactPieces = 0, ExactShare = int.MaxValue, ShotDeviations = 60 });
        // More blocks of 32 units than are looked at before anything is known.
        await store.ReplaceAsync(Encoding, [.. Enumerable.Range(1, 10).Select(video => Replacement(video, 0, 8000, Units(random, 0, 8000, Dimension)))], Cancellation);
        using var snapshot = await store.SnapshotAsync(Encoding, Cancellation);
        var query = Direction(random, Dimension);
        var expected = (await snapshot.Exactly().SearchUnitsAsync([query], VectorFilter.None, k, Cancellation))[0];
        Assert.Equal(expected, (await snapshot.ForShots().SearchUnitsAsync([query], VectorFilter.None, k, Cancellation))[0]);
        Assert.StartsWith("by codes of pieces", snapshot.Cost!.Plan, StringComparison.Ordinal);
        // The bounds of pieces are kept for whoever asks on.
        Assert.Equal(expected, await snapshot.ForShots().SearchUnitsFromAsync(query, VectorFilter.None, 8 * k, expected[^1].UpperBound, Cancellation));
    }

    [Fact]
    public void A_units_mean_is_that_of_its_samples_and_none_lies_outside_of_its_radius()
    {
        var random = new Random(7);
        var rotation = Rotations.Of(Dimension);
        var mean = new UnitMean(rotation.PaddedDimension);
        foreach (var unit in Units(random, 0, 600, Dimension))
        {
            var stored = QuantisedUnit.Of(unit, rotation);
            var radius = mean.Of(new SegmentUnit(stored));
            var rows = new float[unit.Count][];
            for (var i = 0; i < rows.Length; i++)
            {
                rows[i] = new float[rotation.PaddedDimension];
                RowMath.Dequantise(stored.Samples.AsSpan(i * rotation.PaddedDimension, rotation.PaddedDimension), stored.Scales[i], rows[i]);
                var squared = 0d;
                for (var c = 0; c < rows[i].Length; c++) squared += Math.Pow((double)rows[i][c] - mean.Mean[c], 2);
                Assert.True(Math.Sqrt(squared) <= radius, $"unit {unit.FirstSample}, sample {i}: {Math.Sqrt(squared)} lies outside of {radius}");
            }
            // Pieces' means are rounded to bytes.
            for (var c = 0; c < rotation.PaddedDimension; c++) Assert.Equal(rows.Average(row => row[c]), mean.Mean[c], 0.005f);
        }
    }
}
