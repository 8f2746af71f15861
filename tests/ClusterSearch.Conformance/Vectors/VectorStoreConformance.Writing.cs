using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Conformance.Vectors;

public abstract partial class VectorStoreConformance
{
    [Fact]
    public async Task What_was_put_is_read_back_as_it_was()
    {
        var units = Units(new Random(1), 5, 90, Dimension);
        await ReplaceAsync(Replacement(1, 0, 100, units));
        using var snapshot = await SnapshotAsync();
        AssertEqual(units, await ReadAsync(snapshot, Id(1)));
        Assert.Equal(Dimension, snapshot.Dimension);
        Assert.Equal([Id(1)], await snapshot.ListVideosAsync(Cancellation));
        Assert.Equal(units.Select(unit => new UnitKey(Id(1), unit.FirstSample, unit.ShotFirstSample, unit.Count)), await snapshot.ListUnitsAsync(Id(1), Cancellation));
        Assert.Equal(new VectorCount(1, units.Count, 90), await snapshot.CountAsync(VectorFilter.None, Cancellation));
    }

    [Fact]
    public async Task An_encoding_that_holds_nothing_answers_with_nothing()
    {
        using var snapshot = await SnapshotAsync();
        await AssertEmptyAsync(snapshot);
        await ReplaceAsync(Replacement(1, 0, 100, []));
        using var still = await SnapshotAsync();
        await AssertEmptyAsync(still);
    }

    [Fact]
    public async Task A_provisional_tail_is_rewritten()
    {
        await ReplaceAsync(Replacement(1, 0, 48, [UnitOf(0, Axis(0)), UnitOf(16, Axis(1)), UnitOf(32, Axis(2))]));
        await ReplaceAsync(Replacement(1, 32, 64, [UnitOf(32, Axis(3), Axis(3)), UnitOf(48, Axis(0))]));
        await AssertUnitsAsync(1, 0, 16, 32, 48);
        using var snapshot = await SnapshotAsync();
        var scores = (await snapshot.ScoreSamplesAsync([Axis(3)], Id(1), SampleRange.Everything, Cancellation))[0];
        Assert.Equal([0, 16, 32, 33, 48], scores.Numbers);
        AssertScores([0f, 0, 1, 1, 0], scores.Scores);
    }

    [Fact]
    public async Task A_middle_is_rewritten_and_its_neighbours_stay()
    {
        await ReplaceAsync(Replacement(1, 0, 64, [.. Enumerable.Range(0, 4).Select(i => UnitOf(16 * i, Axis(0)))]));
        await ReplaceAsync(Replacement(1, 16, 48, [UnitOf(20, Axis(1))]));
        await AssertUnitsAsync(1, 0, 20, 48);
    }

    [Fact]
    public async Task A_unit_goes_by_its_first_sample_alone()
    {
        await ReplaceAsync(Replacement(1, 0, 32, [UnitOf(0, Axis(0), Axis(0), Axis(0)), UnitOf(16, Axis(0))]));
        await ReplaceAsync(Replacement(1, 1, 17, []));
        await AssertUnitsAsync(1, 0);
    }

    [Fact]
    public async Task A_range_without_units_is_deleted()
    {
        await ReplaceAsync(Replacement(1, 0, 48, [UnitOf(0, Axis(0)), UnitOf(16, Axis(1)), UnitOf(32, Axis(2))]));
        await ReplaceAsync(Replacement(1, 0, 32, []));
        await AssertUnitsAsync(1, 32);
        await ReplaceAsync(Replacement(1, 0, 48, []));
        using var snapshot = await SnapshotAsync();
        await AssertEmptyAsync(snapshot);
    }

    [Fact]
    public async Task Replacements_of_one_list_follow_each_other()
    {
        await ReplaceAsync(
            Replacement(1, 0, 48, [UnitOf(0, Axis(0)), UnitOf(16, Axis(0)), UnitOf(32, Axis(0))]),
            Replacement(2, 0, 16, [UnitOf(0, Axis(1))]),
            Replacement(1, 16, 32, [UnitOf(20, Axis(1))]),
            Replacement(1, 32, 48, []));
        await AssertUnitsAsync(1, 0, 20);
        await AssertUnitsAsync(2, 0);
    }

    [Fact]
    public async Task The_same_replacement_twice_changes_nothing()
    {
        var units = Units(new Random(2), 0, 60, Dimension);
        for (var i = 0; i < 3; i++) await ReplaceAsync(Replacement(1, 0, 60, units));
        using var snapshot = await SnapshotAsync();
        AssertEqual(units, await ReadAsync(snapshot, Id(1)));
        Assert.Equal(new VectorCount(1, units.Count, 60), await snapshot.CountAsync(VectorFilter.None, Cancellation));
    }

    [Fact]
    public async Task A_snapshot_is_not_moved_by_later_writes()
    {
        var random = new Random(3);
        var units = Units(random, 0, 60, Dimension);
        await ReplaceAsync(Replacement(1, 0, 60, units));
        using var before = await SnapshotAsync();
        for (var i = 0; i < 20; i++) await ReplaceAsync(Replacement(1, 0, 60, Units(random, 0, 60, Dimension)), Replacement(2 + i, 0, 9, Units(random, 0, 9, Dimension)));
        await Store.DeleteVideoAsync(Id(1), null, Cancellation);
        AssertEqual(units, await ReadAsync(before, Id(1)));
        Assert.Equal([Id(1)], await before.ListVideosAsync(Cancellation));
        await Store.DeleteEncodingAsync(Encoding, Cancellation);
        AssertEqual(units, await ReadAsync(before, Id(1)));
        var query = units[0].Vectors[..Dimension];
        Assert.Equal(60, (await before.SearchSamplesAsync([query], VectorFilter.None, int.MaxValue, Cancellation))[0].Count);
    }

    [Fact]
    public async Task A_video_is_deleted_from_one_encoding_or_from_all()
    {
        foreach (var encoding in new[] { "e1", "e2", "e3" })
            await Store.ReplaceAsync(encoding, [Replacement(1, 0, 16, [UnitOf(0, Axis(0))]), Replacement(2, 0, 16, [UnitOf(0, Axis(1))])], Cancellation);
        await Store.DeleteVideoAsync(Id(1), "e2", Cancellation);
        Assert.Equal("12 2 12", await WhereAsync());
        await Store.DeleteVideoAsync(Id(1), null, Cancellation);
        Assert.Equal("2 2 2", await WhereAsync());
        await Store.DeleteVideoAsync(Id(9), null, Cancellation);
        await Store.DeleteVideoAsync(Id(2), "unknown", Cancellation);
        Assert.Equal("2 2 2", await WhereAsync());

        await Store.ReplaceAsync("e2", [Replacement(1, 0, 16, [UnitOf(4, Axis(0))])], Cancellation);
        Assert.Equal("2 12 2", await WhereAsync());

        async Task<string> WhereAsync()
        {
            var found = new List<string>();
            foreach (var encoding in new[] { "e1", "e2", "e3" })
            {
                using var snapshot = await Store.SnapshotAsync(encoding, Cancellation);
                found.Add(string.Concat((await snapshot.ListVideosAsync(Cancellation)).Select(video => video.Value[^1])));
            }
            return string.Join(' ', found);
        }
    }

    [Fact]
    public async Task A_deleted_encoding_is_empty_and_takes_another_dimension()
    {
        await Store.ReplaceAsync("e2", [Replacement(1, 0, 16, [UnitOf(0, Axis(0))])], Cancellation);
        await ReplaceAsync(Replacement(1, 0, 16, [UnitOf(0, Axis(0))]));
        await Store.DeleteEncodingAsync(Encoding, Cancellation);
        using (var snapshot = await SnapshotAsync()) await AssertEmptyAsync(snapshot);
        await Store.DeleteEncodingAsync(Encoding, Cancellation);
        await Store.DeleteEncodingAsync("unknown", Cancellation);
        await ReplaceAsync(Replacement(1, 0, 16, [UnitOf(3, Axis(0, 7))]));
        await AssertUnitsAsync(1, 3);
        using var other = await Store.SnapshotAsync("e2", Cancellation);
        Assert.Equal([Id(1)], await other.ListVideosAsync(Cancellation));
    }

    [Fact]
    public async Task Another_dimension_is_refused_and_nothing_changes()
    {
        await ReplaceAsync(Replacement(1, 0, 16, [UnitOf(0, Axis(0))]));
        await RefusedAsync(ErrorCodes.ArchiveEncoding, () => ReplaceAsync(Replacement(1, 0, 16, []), Replacement(1, 16, 32, [UnitOf(16, Axis(0, 5))])));
        await RefusedAsync(ErrorCodes.ArchiveEncoding, () => ReplaceAsync(Replacement(2, 0, 32, [UnitOf(0, Axis(0)), UnitOf(16, Axis(0, 5))])));
        var unit = UnitOf(0, Axis(0));
        await RefusedAsync(ErrorCodes.ArchiveEncoding, () => ReplaceAsync(Replacement(2, 0, 32, [unit with { Mean = Axis(0, 5) }])));
        await AssertUnitsAsync(1, 0);
        await AssertUnitsAsync(2);
    }

    public static TheoryData<string, Func<Unit, Unit>> Broken => new()
    {
        { "NaN in a vector", unit => unit with { Vectors = [.. unit.Vectors[..^1], float.NaN] } },
        { "infinity in a vector", unit => unit with { Vectors = [float.NegativeInfinity, .. unit.Vectors[1..]] } },
        { "NaN in the mean", unit => unit with { Mean = [float.NaN, .. unit.Mean[1..]] } },
        { "NaN radius", unit => unit with { Radius = float.NaN } },
        { "radius below 0", unit => unit with { Radius = -1 } },
        { "NaN second", unit => unit with { Seconds = [double.NaN, .. unit.Seconds[1..]] } },
        { "falling seconds", unit => unit with { Seconds = [2, 1, 3] } },
        { "no samples", unit => unit with { Seconds = [], Vectors = [] } },
        { "across 16", unit => unit with { FirstSample = 15 } },
        { "outside of the range", unit => unit with { FirstSample = 32 } },
        { "shot behind it", unit => unit with { ShotFirstSample = 1 } },
        { "no dimension", unit => unit with { Vectors = [], Mean = [] } },
    };

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public async Task A_broken_unit_is_refused_and_nothing_changes(string what, Func<Unit, Unit> breaking)
    {
        var unit = UnitOf(0, Axis(0), Axis(1), Axis(2));
        await ReplaceAsync(Replacement(1, 0, 32, [unit]));
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => ReplaceAsync(Replacement(1, 0, 32, [UnitOf(16, Axis(3)), breaking(unit)])));
        Assert.True(fault.Code is ErrorCodes.RequestInvalid or ErrorCodes.ArchiveEncoding, $"{what}: {fault.Code} {fault.Message}");
        await AssertUnitsAsync(1, 0);
    }

    [Fact]
    public async Task Units_that_overlap_are_refused()
    {
        var unit = UnitOf(0, Axis(0), Axis(1), Axis(2));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => ReplaceAsync(Replacement(1, 0, 32, [unit, unit])));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => ReplaceAsync(Replacement(1, 0, 32, [unit, UnitOf(2, Axis(0))])));
    }

    private async Task AssertEmptyAsync(IVectorSnapshot snapshot)
    {
        Assert.Equal(0, snapshot.Dimension);
        Assert.Empty(await snapshot.ListVideosAsync(Cancellation));
        Assert.Empty(await snapshot.ListUnitsAsync(Id(1), Cancellation));
        Assert.Empty(await ReadAsync(snapshot, Id(1)));
        Assert.Equal(default, await snapshot.CountAsync(VectorFilter.None, Cancellation));
        Assert.All(await snapshot.SearchUnitsAsync([Axis(0), Axis(1)], VectorFilter.None, 5, Cancellation), Assert.Empty);
        Assert.All(await snapshot.SearchSamplesAsync([Axis(0), Axis(1)], VectorFilter.None, 5, Cancellation), Assert.Empty);
        var scores = await snapshot.ScoreSamplesAsync([Axis(0), Axis(1)], Id(1), SampleRange.Everything, Cancellation);
        Assert.Equal(2, scores.Count);
        Assert.All(scores, one => Assert.Empty(one.Scores));
    }
}
