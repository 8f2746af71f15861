using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Tests.Server;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Milvus.Tests.Faults;

/// <summary>Writes that were cut short before they counted.</summary>
public sealed class HalfWrittenTests(SharedServer server)
{
    private const int Dimension = 12;
    private static readonly VideoAttributes Gate = new("gate", null, null);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_of_a_write_that_was_never_named_are_not_seen_and_go_with_the_next_one()
    {
        var register = new InMemoryManifestRegister();
        var failing = new FailingRegister(register);
        var options = server.Options();
        var random = new Random(1);
        var first = Units(random, 0, 60, Dimension);
        await using var store = await server.OpenAsync(failing, options);
        await ReplaceAsync(store, 1, first);
        using var before = await store.SnapshotAsync("e1", Cancellation);

        failing.FailsBefore = true;
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => ReplaceAsync(store, 1, Units(random, 0, 60, Dimension)));
        Assert.True(fault.IsTransient);
        failing.FailsBefore = false;
        // Whole in this process, in a snapshot from before, and in another process.
        await AssertHoldsAsync(before, first);
        using (var now = await store.SnapshotAsync("e1", Cancellation)) await AssertHoldsAsync(now, first);
        await using (var other = await server.OpenAsync(register, options))
        {
            using var there = await other.SnapshotAsync("e1", Cancellation);
            await AssertHoldsAsync(there, first);
            Assert.Empty(await other.CheckAsync("e1", Cancellation));
        }

        var second = Units(random, 0, 60, Dimension);
        await ReplaceAsync(store, 1, second);
        using var after = await store.SnapshotAsync("e1", Cancellation);
        await AssertHoldsAsync(after, second);
        await AssertHoldsAsync(before, first);
        Assert.Empty(await store.CheckAsync("e1", Cancellation));
    }

    [Fact]
    public async Task A_naming_whose_answer_was_lost_counts()
    {
        var failing = new FailingRegister(new InMemoryManifestRegister()) { FailsAfter = true };
        await using var store = await server.OpenAsync(failing, server.Options());
        var units = Units(new Random(2), 0, 30, Dimension);
        await ReplaceAsync(store, 1, units);
        using var snapshot = await store.SnapshotAsync("e1", Cancellation);
        await AssertHoldsAsync(snapshot, units);
    }

    [Fact]
    public async Task A_write_that_was_given_up_in_the_middle_leaves_nothing()
    {
        await using var store = await server.OpenAsync(options: server.Options() with { BatchBytes = 1 << 16 });
        var random = new Random(3);
        var units = Units(random, 0, 60, Dimension);
        await ReplaceAsync(store, 1, units);
        for (var milliseconds = 5; milliseconds <= 80; milliseconds *= 4)
        {
            using var impatient = new CancellationTokenSource(milliseconds);
            try
            {
                await store.ReplaceAsync("e1", [new UnitReplacement(Id(1), Gate, new(0, 3000), Units(random, 0, 3000, Dimension))], impatient.Token);
                // Fast enough after all.
                return;
            }
            catch (OperationCanceledException)
            {
                using var snapshot = await store.SnapshotAsync("e1", Cancellation);
                await AssertHoldsAsync(snapshot, units);
            }
        }
    }

    [Fact]
    public async Task A_writer_that_lost_its_role_changes_nothing()
    {
        var register = new InMemoryManifestRegister();
        var role = register.TakeRole("aggregator", "one");
        RoleLease? held = role;
        var options = server.Options() with { WriterRole = () => held };
        await using var store = await server.OpenAsync(register, options);
        var units = Units(new Random(4), 0, 30, Dimension);
        await ReplaceAsync(store, 1, units);

        // Taken by another, which this one has not heard yet.
        var taken = register.TakeRole("aggregator", "two");
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => ReplaceAsync(store, 1, Units(new Random(5), 0, 30, Dimension)));
        Assert.Equal((ErrorCodes.ArchiveBusy, true), (fault.Code, fault.IsTransient));
        held = null;
        await Assert.ThrowsAsync<ClusterSearchException>(() => ReplaceAsync(store, 1, []));
        using (var snapshot = await store.SnapshotAsync("e1", Cancellation)) await AssertHoldsAsync(snapshot, units);

        await using var other = await server.OpenAsync(register, options with { WriterRole = () => taken });
        var next = Units(new Random(6), 0, 30, Dimension);
        await ReplaceAsync(other, 1, next);
        using var now = await store.SnapshotAsync("e1", Cancellation);
        await AssertHoldsAsync(now, next);
    }

    private static Task ReplaceAsync(MilvusVectorStore store, int video, IReadOnlyList<Unit> units) =>
        store.ReplaceAsync("e1", [new UnitReplacement(Id(video), Gate, new(0, 100), units)], Cancellation);

    private static async Task AssertHoldsAsync(IVectorSnapshot snapshot, IReadOnlyList<Unit> units)
    {
        var found = new List<StoredUnit>();
        await foreach (var unit in snapshot.ReadUnitsAsync(Id(1), Cancellation)) found.Add(unit);
        Assert.Equal(units.Select(unit => (unit.FirstSample, unit.Digest())), found.Select(unit => (unit.Key.FirstSample, unit.Digest)));
        var samples = (await snapshot.SearchSamplesAsync([units[0].Vectors[..Dimension]], VectorFilter.None, int.MaxValue, Cancellation))[0];
        Assert.Equal(units.Sum(unit => unit.Count), samples.Count);
        Assert.Equal(new VectorCount(1, units.Count, samples.Count), await snapshot.CountAsync(new VectorFilter { SecondsAfter = 0 }, Cancellation));
    }
}
