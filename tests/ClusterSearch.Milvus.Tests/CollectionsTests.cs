using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Collections;
using ClusterSearch.Milvus.Connection;
using ClusterSearch.Milvus.Generations;
using ClusterSearch.Milvus.Reading;
using ClusterSearch.Milvus.Tests.Server;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Milvus.Tests;

/// <summary>Shards, aliases, and collections that are made anew under searches.</summary>
public sealed class CollectionsTests(SharedServer server)
{
    private const int Dimension = 12;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shards_by_size_hold_whole_videos_and_together_answer_as_one()
    {
        await using var store = await server.OpenAsync(options: server.Options() with { SamplesPerShard = 100 });
        var random = new Random(1);
        for (var video = 1; video <= 6; video++) await ReplaceAsync(store, video, Units(random, 0, 60, Dimension), Nowhere);
        using var snapshot = Assert.IsType<IShardedSnapshot>(await store.SnapshotAsync("e1", Cancellation), exactMatch: false);
        // 60 and 60 samples fill one: the third video finds it full.
        Assert.Equal(["s00001", "s00002", "s00003"], snapshot.Shards);
        var query = Direction(random, Dimension);
        var merged = new List<UnitHit>();
        var videos = new List<string>();
        foreach (var name in snapshot.Shards)
        {
            using var shard = snapshot.OfShard(name);
            merged.AddRange((await shard.SearchUnitsAsync([query], VectorFilter.None, 10, Cancellation))[0]);
            Assert.Equal(120, (await shard.CountAsync(VectorFilter.None, Cancellation)).Samples);
            videos.AddRange((await shard.ListVideosAsync(Cancellation)).Select(video => video.Value));
        }
        merged.Sort(HitOrder.Compare);
        Assert.Equal((await snapshot.SearchUnitsAsync([query], VectorFilter.None, 10, Cancellation))[0], merged.Take(10));
        Assert.Equal((await snapshot.ListVideosAsync(Cancellation)).Select(video => video.Value), videos.Order());
    }

    [Fact]
    public async Task Shards_by_month_follow_the_recording()
    {
        await using var store = await server.OpenAsync(options: server.Options() with { Sharding = MilvusSharding.ByMonth });
        var random = new Random(2);
        // Midnight in Berlin is still April in Greenwich.
        await ReplaceAsync(store, 1, Units(random, 0, 20, Dimension), new VideoAttributes(null, null, new DateTimeOffset(2024, 5, 1, 0, 30, 0, TimeSpan.FromHours(2))));
        await ReplaceAsync(store, 2, Units(random, 0, 20, Dimension), new VideoAttributes(null, null, new DateTimeOffset(2024, 5, 9, 0, 0, 0, TimeSpan.Zero)));
        await ReplaceAsync(store, 3, Units(random, 0, 20, Dimension), Nowhere);
        using var snapshot = Assert.IsType<IShardedSnapshot>(await store.SnapshotAsync("e1", Cancellation), exactMatch: false);
        Assert.Equal(["m2024_04", "m2024_05", "undated"], snapshot.Shards);
        var found = (await snapshot.SearchSamplesAsync([Direction(random, Dimension)],
            new VectorFilter { RecordedAfter = new DateTimeOffset(2024, 5, 2, 0, 0, 0, TimeSpan.Zero) }, 100, Cancellation))[0];
        Assert.Equal(20, found.Count);
        Assert.All(found, hit => Assert.Equal(Id(2), hit.Video));
    }

    [Fact]
    public async Task Another_index_is_built_beside_the_first_and_all_switch_at_once()
    {
        var register = new InMemoryManifestRegister();
        var options = server.Options();
        await using var store = await server.OpenAsync(register, options with { Index = new MilvusIndex { Type = MilvusIndexType.IvfFlat, Cells = 4, ProbedCells = 4 } });
        var random = new Random(3);
        for (var video = 1; video <= 3; video++) await ReplaceAsync(store, video, Units(random, 0, 60, Dimension), new VideoAttributes("gate", null, null));
        var query = Direction(random, Dimension);
        using var before = await store.SnapshotAsync("e1", Cancellation);
        var expected = (await before.SearchUnitsAsync([query], VectorFilter.None, 7, Cancellation))[0];
        using var client = new MilvusClient(options);
        var reader = new CollectionReader(client);
        var alias = $"{options.Prefix}_e1_samples";
        var oldName = await CurrentAsync(register);

        await using (var other = await server.OpenAsync(register, options with { Index = new MilvusIndex { Type = MilvusIndexType.Flat } })) await other.RebuildAsync("e1", Cancellation);

        var newName = await CurrentAsync(register);
        Assert.NotEqual(oldName.Revision, newName.Revision);
        // Asked by the alias, Milvus answers from the new collection: 180 samples, all of this state.
        Assert.Equal(180, await reader.CountAsync(alias, newName.Generations.Visible, ReadTime.Latest, Cancellation));
        Assert.Equal(await reader.CountAsync(new CollectionNames(options.Prefix, "e1", newName.Revision).Samples, "born >= 0", ReadTime.Latest, Cancellation),
            await reader.CountAsync(alias, "born >= 0", ReadTime.Latest, Cancellation));
        using var after = await store.SnapshotAsync("e1", Cancellation);
        Assert.Equal(expected, (await after.SearchUnitsAsync([query], VectorFilter.None, 7, Cancellation))[0]);
        await ReplaceAsync(store, 4, Units(random, 0, 20, Dimension), Nowhere);
        using var written = await store.SnapshotAsync("e1", Cancellation);
        Assert.Equal(new VectorCount(4, 0, 200), (await written.CountAsync(VectorFilter.None, Cancellation)) with { Units = 0 });
    }

    [Theory]
    [InlineData(MilvusConsistency.Strong)]
    [InlineData(MilvusConsistency.Bounded)]
    [InlineData(MilvusConsistency.Eventually)]
    public async Task Every_consistency_finds_what_was_written_in_the_end(MilvusConsistency consistency)
    {
        await using var store = await server.OpenAsync(options: server.Options() with { Consistency = consistency });
        await ReplaceAsync(store, 1, Units(new Random(4), 0, 30, Dimension), Nowhere);
        using var snapshot = await store.SnapshotAsync("e1", Cancellation);
        async Task<int> CountAsync() => (await snapshot.SearchSamplesAsync([Direction(new Random(5), Dimension)], VectorFilter.None, 100, Cancellation))[0].Count;
        if (consistency != MilvusConsistency.Strong)
            while (await CountAsync() < 30) await Task.Delay(20, Cancellation);
        Assert.Equal(30, await CountAsync());
    }

    [Fact]
    public async Task Exactly_misses_nothing_and_agrees_with_the_search()
    {
        await using var store = await server.OpenAsync(options: server.Options());
        var random = new Random(6);
        for (var video = 1; video <= 3; video++) await ReplaceAsync(store, video, Units(random, 0, 200, Dimension), Nowhere);
        using var snapshot = await store.SnapshotAsync("e1", Cancellation);
        using var exact = snapshot.Exactly();
        var query = Direction(random, Dimension);
        var filter = new VectorFilter { SecondsAfter = 20, SecondsBefore = 100.5 };
        var (found, scanned) = ((await snapshot.SearchUnitsAsync([query], filter, 30, Cancellation))[0], (await exact.SearchUnitsAsync([query], filter, 30, Cancellation))[0]);
        Assert.Equal(found.Select(hit => hit.Unit), scanned.Select(hit => hit.Unit));
        Assert.Equal(243, (await exact.SearchSamplesAsync([query], filter, int.MaxValue, Cancellation))[0].Count);
    }

    [Theory]
    [InlineData(MilvusIndexType.Hnsw)]
    [InlineData(MilvusIndexType.Flat)]
    public async Task An_exact_search_that_is_asked_for_more_goes_on_where_it_was(MilvusIndexType type)
    {
        await using var store = await server.OpenAsync(options: server.Options() with { Index = new MilvusIndex { Type = type } });
        var random = new Random(7);
        var units = Enumerable.Range(1, 4).ToDictionary(video => video, _ => Units(random, 0, 160, Dimension));
        foreach (var (video, stored) in units) await ReplaceAsync(store, video, stored, Nowhere);
        var (first, other) = (Direction(random, Dimension), Direction(random, Dimension));
        var early = new VectorFilter { SecondsBefore = 60 };
        using var snapshot = await store.SnapshotAsync("e1", Cancellation);
        var exact = snapshot.Exactly();
        Assert.NotSame(snapshot, exact);
        foreach (var (query, filter, k) in new[] { (first, VectorFilter.None, 3), (first, VectorFilter.None, 20), (first, VectorFilter.None, int.MaxValue), (other, VectorFilter.None, 20), (other, early, 20), (other, early, 5), (first, VectorFilter.None, 7) })
        {
            // A direction has length 1: mean · query + radius is the bound.
            var expected = units.SelectMany(video => video.Value.Where(unit => filter.SecondsBefore is not { } before || unit.Seconds[0] < before)
                    .Select(unit => (video.Key, unit.FirstSample, Bound: unit.Mean.Zip(query, (mean, value) => mean * value).Sum() + unit.Radius)))
                .OrderByDescending(unit => unit.Bound).Take(k).Select(unit => (Id(unit.Key), unit.FirstSample));
            Assert.Equal(expected, (await exact.SearchUnitsAsync([query], filter, k, Cancellation))[0].Select(hit => (hit.Unit.Video, hit.Unit.FirstSample)));
        }
    }

    private static async Task<ManifestName> CurrentAsync(InMemoryManifestRegister register) =>
        ManifestName.TryParse(await register.CurrentAsync("e1", Cancellation), out var name) ? name : throw new InvalidOperationException("no manifest");

    private static Task ReplaceAsync(MilvusVectorStore store, int video, IReadOnlyList<Unit> units, VideoAttributes attributes) =>
        store.ReplaceAsync("e1", [new UnitReplacement(Id(video), attributes, new(0, 1000), units)], Cancellation);
}
