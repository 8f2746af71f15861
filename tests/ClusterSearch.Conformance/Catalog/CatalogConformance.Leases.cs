using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Conformance.Catalog;

// What a lease allows, how a chunk moves on, and what it never does.
public abstract partial class CatalogConformance
{
    [Fact]
    public async Task A_commit_records_the_result_under_the_token()
    {
        await PlannedAsync(1, [5]);
        var lease = await LeaseAsync();
        var result = Result(lease, missing: 2, warning: "2 frames damaged");
        Assert.True(await Catalog.CommitAsync(lease, result, Cancellation));
        Assert.Equal(new ChunkRecord { Chunk = lease.Chunk, State = ChunkState.Embedded, Token = lease.Token, Result = result }, await ChunkAsync(Id(1), 0));
    }

    [Fact]
    public async Task A_commit_said_twice_counts_once()
    {
        await PlannedAsync(1, [5]);
        var lease = await LeaseAsync();
        var result = Result(lease);
        Assert.True(await Catalog.CommitAsync(lease, result, Cancellation));
        // The first stands, and it still counts after the chunk went on.
        Assert.True(await Catalog.CommitAsync(lease, result with { SampleCount = 1 }, Cancellation));
        await Catalog.MarkIndexedAsync(Id(1), OneASecond.Id, [0], Cancellation);
        Assert.True(await Catalog.CommitAsync(lease, result with { SampleCount = 1 }, Cancellation));
        var row = await ChunkAsync(Id(1), 0);
        Assert.Equal((ChunkState.Indexed, result), (row.State, row.Result));
        Assert.Equal(5, (await Catalog.StatusAsync(null, Cancellation)).Samples);
    }

    [Fact]
    public async Task A_late_commit_counts_as_long_as_nobody_took_the_chunk()
    {
        await PlannedAsync(1, [5]);
        var lease = await LeaseAsync();
        await AdvanceClockAsync(5 * LeaseDuration);
        Assert.True(await Catalog.RenewAsync(lease, TimeSpan.FromMinutes(1), Cancellation));
        await AdvanceClockAsync(5 * LeaseDuration);
        Assert.True(await Catalog.CommitAsync(lease, Result(lease), Cancellation));
        Assert.Null(await ClaimAsync());
    }

    [Fact]
    public async Task A_lease_that_another_took_over_can_do_nothing_any_more()
    {
        await PlannedAsync(1, [5]);
        var stale = await LeaseAsync();
        await AdvanceClockAsync(2 * LeaseDuration);
        var current = await LeaseAsync();
        await AssertFencedAsync(stale);
        Assert.Equal((ChunkState.Leased, current.Token), ((await ChunkAsync(Id(1), 0)).State, (await ChunkAsync(Id(1), 0)).Token));

        Assert.True(await Catalog.CommitAsync(current, Result(current), Cancellation));
        await AssertFencedAsync(stale);
        Assert.Equal(current.Token, (await ChunkAsync(Id(1), 0)).Token);
    }

    [Fact]
    public async Task A_lease_that_was_given_back_can_do_nothing_any_more()
    {
        await PlannedAsync(1, [5]);
        var released = await LeaseAsync();
        Assert.True(await Catalog.ReleaseAsync(released, Cancellation));
        await AssertFencedAsync(released);
        var failed = await LeaseAsync();
        Assert.True(await Catalog.FailChunkAsync(failed, new Failure(ErrorCodes.FootageDecode, "x"), permanent: false, TimeSpan.Zero, Cancellation));
        await AssertFencedAsync(failed);
        var freed = await LeaseAsync();
        Assert.Equal(1, await Catalog.FreeAllLeasesAsync(Cancellation));
        await AssertFencedAsync(freed);
        Assert.Equal([ChunkState.Pending], await StatesAsync(Id(1)));
    }

    [Fact]
    public async Task A_finished_lease_cannot_be_renewed_released_or_failed()
    {
        await PlannedAsync(1, [5]);
        var lease = await EmbedNextAsync();
        Assert.False(await Catalog.RenewAsync(lease, LeaseDuration, Cancellation));
        Assert.False(await Catalog.ReleaseAsync(lease, Cancellation));
        Assert.False(await Catalog.FailChunkAsync(lease, new Failure(ErrorCodes.FootageDecode, "x"), permanent: true, TimeSpan.Zero, Cancellation));
        Assert.Equal([ChunkState.Embedded], await StatesAsync(Id(1)));
    }

    [Fact]
    public async Task A_release_counts_no_attempt()
    {
        await PlannedAsync(1, [5]);
        for (var i = 0; i < 5; i++)
        {
            var lease = await LeaseAsync();
            Assert.Equal(0, lease.Attempts);
            Assert.True(await Catalog.ReleaseAsync(lease, Cancellation));
        }
        Assert.Equal(new ChunkRecord { Chunk = Chunks(5)[0], State = ChunkState.Pending }, await ChunkAsync(Id(1), 0));
    }

    [Fact]
    public async Task A_third_failed_attempt_quarantines_the_chunk_alone()
    {
        await PlannedAsync(1, [5, 4]);
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var lease = await LeaseAsync();
            Assert.Equal((0, attempt - 1), (lease.Chunk.Index, lease.Attempts));
            Assert.True(await Catalog.FailChunkAsync(lease, new Failure(ErrorCodes.FootageDecode, $"attempt {attempt}"), permanent: false, TimeSpan.Zero, Cancellation));
            var row = await ChunkAsync(Id(1), 0);
            Assert.Equal((attempt == 3 ? ChunkState.Quarantined : ChunkState.Pending, attempt, $"attempt {attempt}", null), (row.State, row.Attempts, row.Failure!.Message, row.Token));
        }
        var next = await LeaseAsync();
        Assert.Equal((1, 0), (next.Chunk.Index, next.Attempts));
        await AdvanceClockAsync(2 * LeaseDuration);
        Assert.Equal(1, (await LeaseAsync()).Chunk.Index);
    }

    [Fact]
    public async Task A_permanent_fault_quarantines_at_once()
    {
        await PlannedAsync(1, [5]);
        await QuarantineNextAsync();
        var row = await ChunkAsync(Id(1), 0);
        Assert.Equal((ChunkState.Quarantined, 1, new Failure(ErrorCodes.FootageDecode, "no frame")), (row.State, row.Attempts, row.Failure));
        Assert.Null(await ClaimAsync());
    }

    [Fact]
    public async Task A_success_forgets_the_failure_before_it_and_a_release_does_not()
    {
        await PlannedAsync(1, [5]);
        var failing = await LeaseAsync();
        await Catalog.FailChunkAsync(failing, new Failure(ErrorCodes.FootageDecode, "x"), permanent: false, TimeSpan.Zero, Cancellation);
        var released = await LeaseAsync();
        Assert.Equal(1, released.Attempts);
        Assert.NotNull((await ChunkAsync(Id(1), 0)).Failure);
        await Catalog.ReleaseAsync(released, Cancellation);
        Assert.Equal(1, (await ChunkAsync(Id(1), 0)).Attempts);
        await EmbedNextAsync();
        Assert.Null((await ChunkAsync(Id(1), 0)).Failure);
    }

    [Fact]
    public async Task Freeing_all_leases_frees_every_one_and_counts_no_attempt()
    {
        await PlannedAsync(1, [1, 1]);
        await PlannedAsync(2, [1, 1]);
        await EmbedNextAsync();
        for (var i = 0; i < 3; i++) await LeaseAsync();
        Assert.Equal(3, await Catalog.FreeAllLeasesAsync(Cancellation));
        Assert.Equal(0, await Catalog.FreeAllLeasesAsync(Cancellation));
        Assert.Equal([ChunkState.Embedded, ChunkState.Pending], await StatesAsync(Id(1)));
        Assert.Equal((Id(1), 1, 0), (Where(await LeaseAsync()).Video, 1, 0));
    }

    [Fact]
    public async Task Marks_move_embedded_chunks_to_indexed_and_back_and_touch_no_others()
    {
        // Chunk 0 embedded, 1 quarantined, 2 leased, 3 pending.
        await PlannedAsync(1, [1, 1, 1, 1]);
        await EmbedNextAsync();
        await QuarantineNextAsync();
        await LeaseAsync();
        ChunkState[] before = [ChunkState.Embedded, ChunkState.Quarantined, ChunkState.Leased, ChunkState.Pending];
        Assert.Equal(before, await StatesAsync(Id(1)));
        for (var i = 0; i < 2; i++)
        {
            await Catalog.MarkIndexedAsync(Id(1), OneASecond.Id, [0, 1, 2, 3, 99], Cancellation);
            Assert.Equal([ChunkState.Indexed, .. before[1..]], await StatesAsync(Id(1)));
        }
        Assert.Empty(await Catalog.ListToAggregateAsync(OneASecond.Id, Cancellation));
        for (var i = 0; i < 2; i++)
        {
            await Catalog.UnmarkIndexedAsync(Id(1), OneASecond.Id, Cancellation);
            Assert.Equal(before, await StatesAsync(Id(1)));
        }
        Assert.Equal([Id(1)], await Catalog.ListToAggregateAsync(OneASecond.Id, Cancellation));
        await Catalog.MarkIndexedAsync(Id(9), OneASecond.Id, [0], Cancellation);
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task Unmarking_every_video_stays_within_the_encoding()
    {
        await Catalog.PutEncodingAsync(FiveASecond, Cancellation);
        foreach (var number in new[] { 2, 1 })
        {
            await PlannedAsync(number, [1]);
            await Catalog.PlanAsync(Id(number), FiveASecond.Id, Chunks(1), null, Cancellation);
            foreach (var encoding in new[] { OneASecond, FiveASecond })
            {
                var lease = (await Catalog.ClaimAsync(Request(encoding: encoding), Cancellation))!;
                Assert.True(await Catalog.CommitAsync(lease, Result(lease), Cancellation));
                await Catalog.MarkIndexedAsync(Id(number), encoding.Id, [0], Cancellation);
            }
        }
        await Catalog.UnmarkIndexedAsync(null, OneASecond.Id, Cancellation);
        // In the order of planning.
        Assert.Equal([Id(2), Id(1)], await Catalog.ListToAggregateAsync(OneASecond.Id, Cancellation));
        Assert.Empty(await Catalog.ListToAggregateAsync(FiveASecond.Id, Cancellation));
    }

    [Fact]
    public async Task Requeued_chunks_start_anew_and_others_stay()
    {
        await PlannedAsync(1, [1, 1, 1, 1]);
        var failing = await LeaseAsync();
        await Catalog.FailChunkAsync(failing, new Failure(ErrorCodes.FootageDecode, "x"), permanent: false, TimeSpan.Zero, Cancellation);
        var embedded = await EmbedNextAsync();
        await EmbedNextAsync();
        await QuarantineNextAsync();
        var leased = await LeaseAsync();
        await Catalog.MarkIndexedAsync(Id(1), OneASecond.Id, [1], Cancellation);
        for (var i = 0; i < 2; i++)
        {
            await Catalog.RequeueAsync(Id(1), OneASecond.Id, [0, 1, 2, 3, 99], Cancellation);
            Assert.Equal([ChunkState.Pending, ChunkState.Pending, ChunkState.Quarantined, ChunkState.Leased], await StatesAsync(Id(1)));
        }
        Assert.Equal(new ChunkRecord { Chunk = embedded.Chunk, State = ChunkState.Pending }, await ChunkAsync(Id(1), 0));
        Assert.False(await Catalog.CommitAsync(embedded, Result(embedded), Cancellation));
        Assert.True(await Catalog.CommitAsync(leased, Result(leased), Cancellation));
        await VerifyStoreAsync();
    }

    private async Task AssertFencedAsync(ChunkLease lease)
    {
        Assert.False(await Catalog.RenewAsync(lease, LeaseDuration, Cancellation));
        Assert.False(await Catalog.CommitAsync(lease, Result(lease), Cancellation));
        Assert.False(await Catalog.ReleaseAsync(lease, Cancellation));
        Assert.False(await Catalog.FailChunkAsync(lease, new Failure(ErrorCodes.FootageDecode, "x"), permanent: true, TimeSpan.Zero, Cancellation));
    }
}
