using System.Diagnostics;
using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Milvus.Tests.Server;
using static ClusterSearch.Conformance.Vectors.Footage;

namespace ClusterSearch.Milvus.Tests.Faults;

/// <summary>A real server that stands still, is killed while it is written and while it is searched, and comes back.</summary>
public sealed class ServerFaultTests
{
    private const int Dimension = 12;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_outlives_the_server_and_what_was_not_is_whole_or_absent()
    {
        Assert.SkipWhen(MilvusServer.Missing is not null, MilvusServer.Missing ?? "");
        await using var server = await MilvusServer.StartAsync();
        var options = SharedServer.OptionsFor(server.Url) with { CallLimit = TimeSpan.FromSeconds(2), RetryLimit = TimeSpan.FromMilliseconds(200) };
        await using var store = await MilvusVectorStore.OpenAsync(new InMemoryManifestRegister(), null, options, Cancellation);
        await WriteAsync(store, 0);

        // Stands still: nobody waits longer than was agreed, neither to read nor to write.
        await server.SignalAsync("STOP");
        var watch = Stopwatch.StartNew();
        await FailsAsync(() => WriteAsync(store, 1));
        await FailsAsync(() => SearchAsync(store));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(40));
        await server.SignalAsync("CONT");
        await UntilAsync(() => WriteAsync(store, 1));

        // Killed while it is written and searched.
        var written = 1;
        var writing = FailsAsync(async () =>
        {
            for (var next = 2; ; next++)
            {
                await WriteAsync(store, next);
                written = next;
            }
        });
        var searching = FailsAsync(async () =>
        {
            while (true) await SearchAsync(store);
        });
        await server.KillAsync();
        await writing;
        await searching;

        // Back: collections that were loaded load again by themselves.
        await server.StartAgainAsync();
        var found = 0;
        await UntilAsync(async () => found = await SearchAsync(store));
        // Each write is a unit at the end: all that were acknowledged are there, and no part of the one that was not.
        Assert.Equal(written + 1, found);
        await UntilAsync(() => WriteAsync(store, written + 1));
        Assert.Equal(written + 2, await SearchAsync(store));
        Assert.Empty(await store.CheckAsync("e1", Cancellation));
    }

    /// <summary>The unit of one number, in the place of what is behind the ones before.</summary>
    private static Task WriteAsync(MilvusVectorStore store, int number)
    {
        var unit = UnitOf(16L * number, [.. Enumerable.Range(0, 1 + number % 16).Select(_ => Direction(new Random(number), Dimension))]);
        return store.ReplaceAsync("e1", [new UnitReplacement(Id(1), Nowhere, new(16L * number, long.MaxValue), [unit])], Cancellation);
    }

    /// <returns>How many units there are; each is whole.</returns>
    private static async Task<int> SearchAsync(MilvusVectorStore store)
    {
        using var snapshot = await store.SnapshotAsync("e1", Cancellation);
        var query = Direction(new Random(0), Dimension);
        var units = (await snapshot.SearchUnitsAsync([query], VectorFilter.None, int.MaxValue, Cancellation))[0];
        var samples = (await snapshot.SearchSamplesAsync([query], VectorFilter.None, int.MaxValue, Cancellation))[0];
        Assert.Equal(units.Sum(hit => hit.Unit.Count), samples.Count);
        Assert.All(units, hit => Assert.Equal(1 + hit.Unit.FirstSample / 16 % 16, hit.Unit.Count));
        return units.Count;
    }

    private static async Task FailsAsync(Func<Task> act)
    {
        var fault = await Assert.ThrowsAnyAsync<ClusterSearchException>(act);
        Assert.True(fault.IsTransient, $"{fault.Code}: {fault.Message}");
    }

    /// <summary>Again while the fault is one that passes.</summary>
    private static async Task UntilAsync(Func<Task> act)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            try
            {
                await act();
                return;
            }
            catch (ClusterSearchException fault) when (fault.IsTransient && watch.Elapsed < Limit)
            {
                await Task.Delay(100, Cancellation);
            }
        }
    }
}
