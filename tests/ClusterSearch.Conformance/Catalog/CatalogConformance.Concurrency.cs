using System.Collections.Concurrent;
using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Conformance.Catalog;

// Many at once.
public abstract partial class CatalogConformance
{
    [Fact]
    public async Task Workers_at_once_never_hold_one_chunk_twice_and_finish_each_once()
    {
        const int Videos = 6;
        const int ChunksEach = 15;
        const int Workers = 6;
        var seed = Environment.TickCount;
        for (var number = 1; number <= Videos; number++) await PlannedAsync(number, [.. Enumerable.Repeat(1, ChunksEach)]);
        ICatalog[] instances = [Catalog, await OpenAnotherAsync(), await OpenAnotherAsync()];
        var held = new ConcurrentDictionary<(VideoId, int), string>();
        var committed = new ConcurrentDictionary<(VideoId, int), string>();

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var catalog = instances[worker % instances.Length];
            var random = new Random(seed + worker);
            while (committed.Count < Videos * ChunksEach)
            {
                var lease = await catalog.ClaimAsync(Request(), Cancellation);
                if (lease is null)
                {
                    await Task.Yield();
                    continue;
                }
                Assert.True(held.TryAdd(Where(lease), lease.Token), $"{Where(lease)} was leased twice, seed {seed.ToString(CultureInfo.InvariantCulture)}");
                var choice = random.Next(20);
                // Whoever gives a chunk back stops holding it before anybody else can have it.
                held.TryRemove(Where(lease), out _);
                if (choice < 4) Assert.True(await catalog.ReleaseAsync(lease, Cancellation));
                else if (choice < 5 && lease.Attempts < 2) Assert.True(await catalog.FailChunkAsync(lease, new Failure(ErrorCodes.FootageDecode, "x"), permanent: false, TimeSpan.Zero, Cancellation));
                else
                {
                    Assert.True(await catalog.CommitAsync(lease, Result(lease), Cancellation));
                    Assert.True(committed.TryAdd(Where(lease), lease.Token), $"{Where(lease)} was finished twice, seed {seed.ToString(CultureInfo.InvariantCulture)}");
                }
            }
        }, Cancellation)));

        for (var number = 1; number <= Videos; number++)
            foreach (var chunk in await Catalog.ListChunksAsync(Id(number), OneASecond.Id, Cancellation))
                Assert.Equal((ChunkState.Embedded, committed[(Id(number), chunk.Chunk.Index)]), (chunk.State, chunk.Token));
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task Readers_beside_a_writer_see_whole_states_only()
    {
        // Four chunks move together, back and forth: a reader must never see two states at once.
        await PlannedAsync(1, [1, 1, 1, 1]);
        for (var i = 0; i < 4; i++) await EmbedNextAsync();
        var writer = await OpenAnotherAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                await writer.MarkIndexedAsync(Id(1), OneASecond.Id, [0, 1, 2, 3], Cancellation);
                await writer.UnmarkIndexedAsync(Id(1), OneASecond.Id, Cancellation);
            }
            await stop.CancelAsync();
        }, Cancellation);
        var seen = new HashSet<ChunkState>();
        while (!stop.IsCancellationRequested)
        {
            seen.Add(Assert.Single((await StatesAsync(Id(1))).Distinct()));
            var status = await Catalog.StatusAsync(null, Cancellation);
            Assert.True(status.Chunks[ChunkState.Embedded] is 0 or 4, "a status between two states");
        }
        await writing;
        Assert.Subset(new HashSet<ChunkState> { ChunkState.Embedded, ChunkState.Indexed }, seen);
    }

    [Fact]
    public async Task One_video_put_and_planned_by_many_at_once_is_planned_once()
    {
        ICatalog[] instances = [Catalog, await OpenAnotherAsync(), await OpenAnotherAsync()];
        var plans = await Task.WhenAll(Enumerable.Range(1, 6).Select(i => Task.Run(async () =>
        {
            var catalog = instances[i % instances.Length];
            await catalog.PutVideoAsync(Video(1), Cancellation);
            return await catalog.PlanAsync(Id(1), OneASecond.Id, Chunks([.. Enumerable.Repeat(i, i)]), null, Cancellation);
        }, Cancellation)));
        Assert.All(plans, plan => Assert.Equal(plans[0].Chunks, plan.Chunks));
        Assert.Equal(plans[0].Chunks.Count, (await Catalog.ListChunksAsync(Id(1), OneASecond.Id, Cancellation)).Count);
    }
}
