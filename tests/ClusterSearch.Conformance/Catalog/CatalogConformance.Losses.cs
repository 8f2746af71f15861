using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Conformance.Catalog;

// Workers that vanish, and workers that crash.
public abstract partial class CatalogConformance
{
    private static readonly Failure Crash = new(ErrorCodes.WorkerCrashed, "its worker ended by signal 11");

    [Fact]
    public async Task A_chunk_whose_worker_is_lost_eight_times_is_quarantined_instead_of_handed_out()
    {
        await PlannedAsync(1, [5, 4]);
        for (var lapses = 0; lapses < 8; lapses++)
        {
            var lease = await LeaseAsync();
            Assert.Equal((0, lapses, 0, false), (lease.Chunk.Index, lease.Lapses, lease.Attempts, lease.IsSuspect));
            Assert.Equal(lapses, (await ChunkAsync(Id(1), 0)).Lapses);
            await AdvanceClockAsync(2 * LeaseDuration);
        }
        // The rest of the video goes on.
        Assert.Equal(1, (await LeaseAsync()).Chunk.Index);
        var row = await ChunkAsync(Id(1), 0);
        Assert.Equal((ChunkState.Quarantined, 8, null), (row.State, row.Lapses, row.Token));
        Assert.Equal(new Failure(ErrorCodes.WorkerLost, "its worker was lost 8 times while working on it"), row.Failure);
        Assert.Equal(8, (await Catalog.StatusAsync(null, Cancellation)).Takeovers);
        await Catalog.RetryAsync(Id(1), Cancellation);
        Assert.Equal(new ChunkRecord { Chunk = Chunks(5)[0], State = ChunkState.Pending }, await ChunkAsync(Id(1), 0));
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task A_success_forgets_lapses_and_crashes_and_takeovers_stay_counted()
    {
        await PlannedAsync(1, [5]);
        await LeaseAsync();
        await AdvanceClockAsync(2 * LeaseDuration);
        await LeaseAsync();
        Assert.Equal(1, await Catalog.FailWorkerAsync("host/1/0", Crash, TimeSpan.Zero, Cancellation));
        var lease = await LeaseAsync();
        Assert.Equal((1, 1, true), (lease.Lapses, lease.Attempts, lease.IsSuspect));
        Assert.True(await Catalog.CommitAsync(lease, Result(lease), Cancellation));
        var row = await ChunkAsync(Id(1), 0);
        Assert.Equal((0, false, 1), (row.Lapses, row.IsSuspect, row.Attempts));
        Assert.Equal(1, (await Catalog.StatusAsync(null, Cancellation)).Takeovers);
    }

    [Fact]
    public async Task A_lease_that_is_released_failed_or_renewed_counts_no_lapse()
    {
        await PlannedAsync(1, [5]);
        await Catalog.ReleaseAsync(await LeaseAsync(), Cancellation);
        await Catalog.FailChunkAsync(await LeaseAsync(), Undecodable, permanent: false, TimeSpan.Zero, Cancellation);
        var lease = await LeaseAsync();
        await AdvanceClockAsync(2 * LeaseDuration);
        Assert.True(await Catalog.RenewAsync(lease, LeaseDuration, Cancellation));
        Assert.Equal(0, (await ChunkAsync(Id(1), 0)).Lapses);
        Assert.Equal(0, (await Catalog.StatusAsync(null, Cancellation)).Takeovers);
    }

    [Fact]
    public async Task Freeing_all_leases_counts_a_lapse_for_each_and_quarantines_at_the_eighth()
    {
        await PlannedAsync(1, [1, 1]);
        for (var round = 1; round <= 8; round++)
        {
            await LeaseAsync();
            Assert.Equal(1, await Catalog.FreeAllLeasesAsync(Cancellation));
            Assert.Equal(round, (await ChunkAsync(Id(1), 0)).Lapses);
        }
        Assert.Equal([ChunkState.Quarantined, ChunkState.Pending], await StatesAsync(Id(1)));
        Assert.Equal(ErrorCodes.WorkerLost, (await ChunkAsync(Id(1), 0)).Failure!.Code);
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task A_crash_fails_what_the_process_held_in_all_its_slots_and_nothing_else()
    {
        await PlannedAsync(1, [1, 1, 1, 1]);
        foreach (var worker in new[] { "host/12/0", "host/12/1", "host/123/0", "host/1" })
            Assert.NotNull(await Catalog.ClaimAsync(Request() with { Worker = worker }, Cancellation));
        Assert.Equal(0, await Catalog.FailWorkerAsync("other/12/0", Crash, TimeSpan.Zero, Cancellation));
        Assert.Equal(2, await Catalog.FailWorkerAsync("host/12/1", Crash, TimeSpan.FromMinutes(1), Cancellation));
        Assert.Equal([ChunkState.Pending, ChunkState.Pending, ChunkState.Leased, ChunkState.Leased], await StatesAsync(Id(1)));
        Assert.Equal(1, await Catalog.FailWorkerAsync("host/1", Crash, TimeSpan.FromMinutes(1), Cancellation));
        var row = await ChunkAsync(Id(1), 0);
        Assert.Equal((1, true, Crash, null), (row.Attempts, row.IsSuspect, row.Failure, row.Token));
        Assert.Null(await ClaimAsync());
        await AdvanceClockAsync(TimeSpan.FromMinutes(2));
        Assert.True((await LeaseAsync()).IsSuspect);
    }

    [Fact]
    public async Task A_third_crash_quarantines_and_names_the_reason()
    {
        await PlannedAsync(1, [1, 1, 1]);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(0, (await LeaseAsync()).Chunk.Index);
            Assert.Equal(1, await Catalog.FailWorkerAsync("host/1/0", Crash, TimeSpan.Zero, Cancellation));
        }
        var row = await ChunkAsync(Id(1), 0);
        Assert.Equal((ChunkState.Quarantined, 3, Crash), (row.State, row.Attempts, row.Failure));
        await QuarantineNextAsync();
        await QuarantineNextAsync();
        var counts = await Catalog.CountQuarantinedAsync(null, Cancellation);
        Assert.Equal([(ErrorCodes.FootageDecode, 2), (ErrorCodes.WorkerCrashed, 1)], counts.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value)));
        Assert.Empty(await Catalog.CountQuarantinedAsync("000000000000", Cancellation));
        await VerifyStoreAsync();
    }
}
