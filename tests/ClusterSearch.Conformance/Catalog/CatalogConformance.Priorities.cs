using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Conformance.Catalog;

// What comes first, what must wait, and when nothing is handed out at all.
public abstract partial class CatalogConformance
{
    private static readonly Failure Undecodable = new(ErrorCodes.FootageDecode, "no frame");

    [Fact]
    public async Task Higher_priorities_come_first_and_videos_of_one_priority_take_turns()
    {
        for (var number = 1; number <= 4; number++) await PlannedAsync(number, [1, 1]);
        await Catalog.SetPriorityAsync(Id(3), 5, Cancellation);
        await Catalog.SetPriorityAsync(Id(4), 5, Cancellation);
        await Catalog.SetPriorityAsync(Id(1), int.MinValue, Cancellation);
        await Catalog.SetPriorityAsync(Id(77), 9, Cancellation);
        Assert.Equal([int.MinValue, 0, 5, 5], (await Catalog.ListPlansAsync(OneASecond.Id, Cancellation)).Select(plan => plan.Priority));
        Assert.Equal([(Id(3), 0), (Id(4), 0), (Id(3), 1), (Id(4), 1), (Id(2), 0), (Id(2), 1), (Id(1), 0), (Id(1), 1)], await DrainAsync(Request()));
    }

    [Fact]
    public async Task A_priority_counts_for_lapsed_leases_too_and_in_every_encoding()
    {
        await Catalog.PutEncodingAsync(FiveASecond, Cancellation);
        await PlannedAsync(1, [1]);
        await PlannedAsync(2, [1]);
        await PlannedAsync(2, [1], FiveASecond);
        await PlannedAsync(3, [1], FiveASecond);
        await Catalog.SetPriorityAsync(Id(2), 1, Cancellation);
        await DrainAsync(Request());
        await AdvanceClockAsync(2 * LeaseDuration);
        Assert.Equal(Id(2), (await LeaseAsync()).Video);
        Assert.Equal(Id(2), (await Catalog.ClaimAsync(Request(encoding: FiveASecond), Cancellation))!.Video);
    }

    [Fact]
    public async Task Earliest_searchable_finishes_what_is_begun_before_it_begins_another()
    {
        await PlannedAsync(1, [1, 1]);
        await PlannedAsync(2, [1, 1]);
        await PlannedAsync(3, [1]);
        var request = Request() with { Order = ClaimOrder.EarliestSearchable };
        // Video 2 is begun, however little of it: it comes first, then the others as they were planned.
        var begun = (await Catalog.ClaimAsync(request with { Videos = new HashSet<VideoId> { Id(2) } }, Cancellation))!;
        await Catalog.CommitAsync(begun, Result(begun), Cancellation);
        Assert.Equal([(Id(2), 1), (Id(1), 0), (Id(1), 1), (Id(3), 0)], await DrainAsync(request));

        await AdvanceClockAsync(2 * LeaseDuration);
        Assert.Equal([(Id(1), 0), (Id(1), 1), (Id(2), 1), (Id(3), 0)], await DrainAsync(request));
        await Catalog.SetPriorityAsync(Id(3), 1, Cancellation);
        await AdvanceClockAsync(2 * LeaseDuration);
        Assert.Equal((Id(3), 0), Where((await Catalog.ClaimAsync(request, Cancellation))!));
        var many = Enumerable.Range(2, 200).Select(Id).ToHashSet();
        Assert.Equal((Id(2), 1), Where((await Catalog.ClaimAsync(request with { Videos = many }, Cancellation))!));
    }

    [Fact]
    public async Task A_failed_chunk_is_not_claimed_before_its_back_off_is_over()
    {
        await PlannedAsync(1, [1, 1]);
        var failing = await LeaseAsync();
        Assert.True(await Catalog.FailChunkAsync(failing, Undecodable, permanent: false, TimeSpan.FromMinutes(5), Cancellation));
        // The rest of its video goes on.
        Assert.Equal((Id(1), 1), Where(await LeaseAsync()));
        Assert.Null(await ClaimAsync());
        Assert.Null(await ClaimAsync(videos: new HashSet<VideoId> { Id(1) }));
        var status = await Catalog.StatusAsync(null, Cancellation);
        Assert.Equal((1, 1), (status.Chunks[ChunkState.Pending], status.WaitingChunks));
        await AdvanceClockAsync(TimeSpan.FromMinutes(4));
        Assert.Null(await ClaimAsync());
        await AdvanceClockAsync(TimeSpan.FromMinutes(2));
        var again = await LeaseAsync();
        Assert.Equal((0, 1), (again.Chunk.Index, again.Attempts));
        Assert.Equal(0, (await Catalog.StatusAsync(null, Cancellation)).WaitingChunks);
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task A_quarantined_or_retried_chunk_waits_for_no_back_off()
    {
        await PlannedAsync(1, [1]);
        await Catalog.FailChunkAsync(await LeaseAsync(), Undecodable, permanent: true, TimeSpan.FromDays(1), Cancellation);
        Assert.Equal([ChunkState.Quarantined], await StatesAsync(Id(1)));
        Assert.Equal(0, (await Catalog.StatusAsync(null, Cancellation)).WaitingChunks);
        await Catalog.RetryAsync(Id(1), Cancellation);
        Assert.NotNull(await ClaimAsync());
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task A_paused_archive_hands_nothing_out_and_what_runs_goes_on()
    {
        await PlannedAsync(1, [1, 1, 1]);
        var running = await LeaseAsync();
        var released = await LeaseAsync();
        Assert.False(await Catalog.IsPausedAsync(Cancellation));
        for (var i = 0; i < 2; i++) await Catalog.SetPausedAsync(true, Cancellation);
        Assert.True(await (await OpenAnotherAsync()).IsPausedAsync(Cancellation));
        Assert.Null(await ClaimAsync());
        Assert.True(await Catalog.RenewAsync(running, LeaseDuration, Cancellation));
        Assert.True(await Catalog.CommitAsync(running, Result(running), Cancellation));
        Assert.True(await Catalog.ReleaseAsync(released, Cancellation));
        await AdvanceClockAsync(2 * LeaseDuration);
        Assert.Null(await ClaimAsync());
        await Catalog.SetPausedAsync(false, Cancellation);
        Assert.Equal([(Id(1), 1), (Id(1), 2)], await DrainAsync(Request()));
    }

    /// <summary>Claims until nothing is left; the leases stay.</summary>
    private async Task<List<(VideoId, int)>> DrainAsync(ClaimRequest request)
    {
        var order = new List<(VideoId, int)>();
        while (await Catalog.ClaimAsync(request, Cancellation) is { } lease) order.Add(Where(lease));
        return order;
    }
}
