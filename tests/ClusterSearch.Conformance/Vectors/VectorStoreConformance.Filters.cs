using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Conformance.Vectors;

public abstract partial class VectorStoreConformance
{
    private static readonly DateTimeOffset Noon = new(2024, 5, 1, 12, 0, 0, TimeSpan.FromHours(2));

    /// <summary>Names that an implementation which makes text of a filter may stumble over.</summary>
    protected static IReadOnlyList<string> HostileNames { get; } =
    [
        "gate", "Gate", "gate ", "", "it's", "say \"no\"", @"back\slash", "\"", @"\", "a\" or 1 == 1 or \"", "%", "_", "[x]", "line\nbreak",
        "Füße", "Fu\u0308ße", "駅前", "📷", "null", "tab\there", "{\"$ne\": 1}",
    ];

    [Fact]
    public async Task Every_name_finds_its_own_video_alone()
    {
        for (var i = 0; i < HostileNames.Count; i++)
            await ReplaceAsync(Replacement(i + 1, 0, 16, [UnitOf(0, Axis(0))], new VideoAttributes(HostileNames[i], HostileNames[^(i + 1)], null)));
        await ReplaceAsync(Replacement(99, 0, 16, [UnitOf(0, Axis(0))]));
        using var snapshot = await SnapshotAsync();
        for (var i = 0; i < HostileNames.Count; i++)
        {
            Assert.Equal([Id(i + 1)], await FoundAsync(snapshot, new VectorFilter { Cameras = new HashSet<string> { HostileNames[i] } }));
            Assert.Equal([Id(HostileNames.Count - i)], await FoundAsync(snapshot, new VectorFilter { Zones = new HashSet<string> { HostileNames[i] } }));
        }
        Assert.Equal([Id(1), Id(3)], await FoundAsync(snapshot, new VectorFilter { Cameras = new HashSet<string> { HostileNames[0], HostileNames[2], "nobody" } }));
        Assert.Empty(await FoundAsync(snapshot, new VectorFilter { Cameras = new HashSet<string>() }));
        Assert.Empty(await FoundAsync(snapshot, new VectorFilter { Videos = new HashSet<VideoId>() }));
        Assert.Equal([Id(2), Id(99)], await FoundAsync(snapshot, new VectorFilter { Videos = new HashSet<VideoId> { Id(99), Id(2), Id(77) } }));
    }

    [Fact]
    public async Task Seconds_are_half_open_and_cut_units()
    {
        await ReplaceAsync(Replacement(1, 0, 16, [UnitOf(4, Axis(0), Axis(0), Axis(0), Axis(0))]));
        using var snapshot = await SnapshotAsync();
        Assert.Equal([5, 6], await NumbersAsync(snapshot, new VectorFilter { SecondsAfter = 5, SecondsBefore = 7 }));
        Assert.Equal([4], await NumbersAsync(snapshot, new VectorFilter { SecondsBefore = 4.5 }));
        Assert.Equal([7], await NumbersAsync(snapshot, new VectorFilter { SecondsAfter = 6.5 }));
        Assert.Empty(await NumbersAsync(snapshot, new VectorFilter { SecondsAfter = 5.2, SecondsBefore = 5.8 }));
        Assert.Equal(new VectorCount(1, 1, 2), await snapshot.CountAsync(new VectorFilter { SecondsAfter = 5, SecondsBefore = 7 }, Cancellation));
        Assert.Equal(default, await snapshot.CountAsync(new VectorFilter { SecondsAfter = 5.2, SecondsBefore = 5.8 }, Cancellation));
        Assert.Empty((await snapshot.SearchUnitsAsync([Axis(0)], new VectorFilter { SecondsAfter = 5.2, SecondsBefore = 5.8 }, 9, Cancellation))[0]);
    }

    [Fact]
    public async Task Wall_clock_time_is_half_open_and_asks_for_a_known_time()
    {
        Unit[] units = [UnitOf(0, Axis(0), Axis(0), Axis(0), Axis(0))];
        await ReplaceAsync(Replacement(1, 0, 16, units, new VideoAttributes(null, null, Noon)), Replacement(2, 0, 16, units));
        using var snapshot = await SnapshotAsync();
        Assert.Equal([1, 2], await NumbersAsync(snapshot, new VectorFilter { RecordedAfter = Noon.AddSeconds(1).ToUniversalTime(), RecordedBefore = Noon.AddSeconds(3) }));
        Assert.Equal([Id(1)], await FoundAsync(snapshot, new VectorFilter { RecordedAfter = DateTimeOffset.MinValue }));
        Assert.Equal([Id(1)], await FoundAsync(snapshot, new VectorFilter { RecordedBefore = DateTimeOffset.MaxValue }));
        Assert.Empty(await FoundAsync(snapshot, new VectorFilter { RecordedBefore = Noon }));
        Assert.Empty(await FoundAsync(snapshot, new VectorFilter { RecordedAfter = Noon.AddSeconds(4) }));
        Assert.Equal([2], await NumbersAsync(snapshot, new VectorFilter { RecordedAfter = Noon.AddSeconds(1), SecondsAfter = 2, SecondsBefore = 3 }));
    }

    [Fact]
    public async Task The_latest_attributes_hold_for_all_units_of_a_video()
    {
        await ReplaceAsync(Replacement(1, 0, 16, [UnitOf(0, Axis(0))], new VideoAttributes("old", "hall", null)));
        await ReplaceAsync(Replacement(1, 16, 32, [UnitOf(16, Axis(0))], new VideoAttributes("new", null, Noon)));
        using (var snapshot = await SnapshotAsync())
        {
            Assert.Empty(await FoundAsync(snapshot, new VectorFilter { Cameras = new HashSet<string> { "old" } }));
            Assert.Empty(await FoundAsync(snapshot, new VectorFilter { Zones = new HashSet<string> { "hall" } }));
            Assert.Equal([0, 16], await NumbersAsync(snapshot, new VectorFilter { Cameras = new HashSet<string> { "new" }, RecordedAfter = Noon }));
        }
        // One that replaces nothing and puts nothing says what they are, too.
        await ReplaceAsync(Replacement(1, 100, 100, [], new VideoAttributes("last", null, null)));
        using var last = await SnapshotAsync();
        Assert.Equal([0, 16], await NumbersAsync(last, new VectorFilter { Cameras = new HashSet<string> { "last" } }));
        Assert.Empty(await FoundAsync(last, new VectorFilter { RecordedAfter = Noon }));
    }

    private static async Task<IEnumerable<VideoId>> FoundAsync(IVectorSnapshot snapshot, VectorFilter filter)
    {
        var samples = (await snapshot.SearchSamplesAsync([Axis(0)], filter, int.MaxValue, Cancellation))[0];
        var units = (await snapshot.SearchUnitsAsync([Axis(0)], filter, int.MaxValue, Cancellation))[0];
        var found = samples.Select(hit => hit.Video).Distinct().Order().ToList();
        Assert.Equal(found, units.Select(hit => hit.Unit.Video).Distinct().Order());
        Assert.Equal(found.Count, (await snapshot.CountAsync(filter, Cancellation)).Videos);
        return found;
    }

    private static async Task<IEnumerable<long>> NumbersAsync(IVectorSnapshot snapshot, VectorFilter filter) =>
        (await snapshot.SearchSamplesAsync([Axis(0)], filter, int.MaxValue, Cancellation))[0].Select(hit => hit.Number).Order();
}
