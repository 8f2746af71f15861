using System.Diagnostics;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Conformance.Catalog;

// Plans, and which chunk is claimed next.
public abstract partial class CatalogConformance
{
    [Fact]
    public async Task A_plan_is_kept_whatever_is_planned_later()
    {
        await Catalog.PutVideoAsync(Video(1), Cancellation);
        long[] ticks = [long.MinValue, -1, 0, 500, long.MaxValue];
        var planned = await Catalog.PlanAsync(Id(1), OneASecond.Id, Chunks(2, 2, 1), ticks, Cancellation);
        Assert.Equal(Chunks(2, 2, 1), planned.Chunks);
        var again = await Catalog.PlanAsync(Id(1), OneASecond.Id, Chunks(5), [1, 2, 3, 4, 5], Cancellation);
        Assert.Equal(Chunks(2, 2, 1), again.Chunks);
        Assert.Equal(ticks, again.ListedTicks);
        var found = await (await OpenAnotherAsync()).FindPlanAsync(Id(1), OneASecond.Id, Cancellation);
        Assert.Equal((Id(1), OneASecond.Id), (found!.Video, found.EncodingId));
        Assert.Equal(Chunks(2, 2, 1), found.Chunks);
        Assert.Equal(ticks, found.ListedTicks);
        Assert.All(await Catalog.ListChunksAsync(Id(1), OneASecond.Id, Cancellation), chunk => Assert.Equal(new ChunkRecord { Chunk = chunk.Chunk, State = ChunkState.Pending }, chunk));
    }

    [Fact]
    public async Task A_plan_without_listed_times_has_none()
    {
        await PlannedAsync(1, [3]);
        Assert.Null((await Catalog.FindPlanAsync(Id(1), OneASecond.Id, Cancellation))!.ListedTicks);
    }

    [Fact]
    public async Task A_plan_keeps_where_the_trace_of_its_planner_was_if_that_one_is_recorded()
    {
        using (var unrecorded = new Activity("unrecorded").SetIdFormat(ActivityIdFormat.W3C).Start()) await PlannedAsync(1, [3]);
        Assert.Null((await Catalog.FindPlanAsync(Id(1), OneASecond.Id, Cancellation))!.Trace);
        await Catalog.PutVideoAsync(Video(2), Cancellation);
        using var recorded = new Activity("recorded").SetIdFormat(ActivityIdFormat.W3C).Start();
        recorded.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        Assert.Equal(recorded.Id, (await Catalog.PlanAsync(Id(2), OneASecond.Id, Chunks(1), null, Cancellation)).Trace);
        using var later = new Activity("later").SetIdFormat(ActivityIdFormat.W3C).Start();
        Assert.Equal(recorded.Id, (await (await OpenAnotherAsync()).PlanAsync(Id(2), OneASecond.Id, Chunks(1), null, Cancellation)).Trace);
    }

    [Fact]
    public async Task Only_what_is_known_can_be_planned()
    {
        await RefusedAsync(ErrorCodes.VideoNotFound, () => Catalog.PlanAsync(Id(9), OneASecond.Id, Chunks(1), null, Cancellation));
        await Catalog.PutVideoAsync(Video(1), Cancellation);
        await RefusedAsync(ErrorCodes.ArchiveEncoding, () => Catalog.PlanAsync(Id(1), FiveASecond.Id, Chunks(1), null, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Catalog.PlanAsync(Id(1), OneASecond.Id, [], null, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Catalog.PlanAsync(Id(1), OneASecond.Id, [Chunks(1, 1)[1]], null, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Catalog.PlanAsync(
            Id(1), OneASecond.Id, [new Chunk(0, new SampleRange(0, 2)), new Chunk(1, new SampleRange(3, 4))], null, Cancellation));
        Assert.Null(await Catalog.FindPlanAsync(Id(1), OneASecond.Id, Cancellation));
    }

    [Fact]
    public async Task A_lease_names_its_chunk_and_a_token_of_its_own()
    {
        await PlannedAsync(1, [3, 2]);
        var first = await LeaseAsync();
        var second = await LeaseAsync();
        Assert.Equal((Id(1), OneASecond.Id, Chunks(3, 2)[0], 0, LeaseDuration), (first.Video, first.EncodingId, first.Chunk, first.Attempts, first.Duration));
        Assert.Equal(Chunks(3, 2)[1], second.Chunk);
        Assert.All([first.Token, second.Token], token => Assert.Matches("^[0-9a-f]{32}$", token));
        Assert.NotEqual(first.Token, second.Token);
        Assert.Null(await ClaimAsync());
        var row = await ChunkAsync(Id(1), 0);
        Assert.Equal((ChunkState.Leased, first.Token), (row.State, row.Token));
    }

    [Fact]
    public async Task Nothing_is_claimed_from_an_empty_ledger_or_another_encoding()
    {
        Assert.Null(await ClaimAsync());
        await Catalog.PutEncodingAsync(FiveASecond, Cancellation);
        await PlannedAsync(1, [3], FiveASecond);
        Assert.Null(await ClaimAsync());
        Assert.NotNull(await Catalog.ClaimAsync(Request(encoding: FiveASecond), Cancellation));
    }

    [Fact]
    public async Task Videos_take_turns_those_with_fewest_leases_first_then_in_planning_order()
    {
        // Planned 3, 1, 2: ids do not decide.
        await PlannedAsync(3, [1, 1, 1]);
        await PlannedAsync(1, [1, 1, 1]);
        await PlannedAsync(2, [1]);
        var leases = new List<ChunkLease>();
        for (var i = 0; i < 5; i++) leases.Add(await LeaseAsync());
        Assert.Equal([(Id(3), 0), (Id(1), 0), (Id(2), 0), (Id(3), 1), (Id(1), 1)], leases.Select(lease => (lease.Video, lease.Chunk.Index)));

        // A commit of video 1 leaves it with one lease, video 3 has two: video 1 comes first now.
        Assert.True(await Catalog.CommitAsync(leases[1], Result(leases[1]), Cancellation));
        Assert.Equal((Id(1), 2), Where(await LeaseAsync()));
        Assert.Equal((Id(3), 2), Where(await LeaseAsync()));
        Assert.Null(await ClaimAsync());
    }

    [Fact]
    public async Task A_lapsed_lease_is_claimed_again_and_in_its_turn()
    {
        await PlannedAsync(1, [1, 1]);
        await PlannedAsync(2, [1, 1]);
        var lapsing = await LeaseAsync();
        Assert.Equal((Id(1), 0), Where(lapsing));
        await AdvanceClockAsync(LeaseDuration - TimeSpan.FromMinutes(1));
        // Not yet: video 1 still holds one, so video 2 is next.
        Assert.Equal((Id(2), 0), Where(await LeaseAsync()));
        await AdvanceClockAsync(TimeSpan.FromMinutes(2));
        // Now video 1 holds none and video 2 one.
        var again = await LeaseAsync();
        Assert.Equal((Id(1), 0), Where(again));
        Assert.NotEqual(lapsing.Token, again.Token);
        Assert.Equal(0, again.Attempts);
        Assert.Equal((Id(1), 1), Where(await LeaseAsync()));
    }

    [Fact]
    public async Task A_lapsed_lease_does_not_count_against_its_video()
    {
        await PlannedAsync(1, [1, 1]);
        await PlannedAsync(2, [1, 1]);
        await LeaseAsync();
        await LeaseAsync();
        await AdvanceClockAsync(2 * LeaseDuration);
        // Both lapsed. In turn: 1, 2, and so on, as if they had never been leased.
        var order = new List<(VideoId, int)>();
        for (var i = 0; i < 4; i++) order.Add(Where(await LeaseAsync()));
        Assert.Equal([(Id(1), 0), (Id(2), 0), (Id(1), 1), (Id(2), 1)], order);
    }

    [Fact]
    public async Task A_lease_that_is_renewed_does_not_lapse()
    {
        await PlannedAsync(1, [1]);
        var lease = await LeaseAsync();
        for (var i = 0; i < 3; i++)
        {
            await AdvanceClockAsync(LeaseDuration * 0.9);
            Assert.True(await Catalog.RenewAsync(lease, LeaseDuration, Cancellation));
            Assert.Null(await ClaimAsync());
        }
        await AdvanceClockAsync(LeaseDuration * 1.1);
        Assert.NotNull(await ClaimAsync());
    }

    [Fact]
    public async Task Only_the_wanted_videos_are_claimed()
    {
        for (var number = 1; number <= 3; number++) await PlannedAsync(number, [1, 1]);
        var wanted = new HashSet<VideoId> { Id(3), Id(2), Id(77) };
        var order = new List<(VideoId, int)>();
        while (await ClaimAsync(videos: wanted) is { } lease) order.Add(Where(lease));
        Assert.Equal([(Id(2), 0), (Id(3), 0), (Id(2), 1), (Id(3), 1)], order);
        await AdvanceClockAsync(2 * LeaseDuration);
        Assert.Equal((Id(3), 0), Where((await ClaimAsync(videos: new HashSet<VideoId> { Id(3) }))!));
        Assert.Null(await ClaimAsync(videos: new HashSet<VideoId>()));
    }

    [Fact]
    public async Task A_long_list_of_wanted_videos_is_kept_to_as_well()
    {
        for (var number = 1; number <= 3; number++) await PlannedAsync(number, [1, 1]);
        var wanted = Enumerable.Range(2, 500).Select(Id).ToHashSet();
        var order = new List<(VideoId, int)>();
        while (await ClaimAsync(videos: wanted) is { } lease) order.Add(Where(lease));
        Assert.Equal([(Id(2), 0), (Id(3), 0), (Id(2), 1), (Id(3), 1)], order);
    }

    [Fact]
    public async Task A_video_belongs_to_the_encoder_of_its_finished_chunks_unless_mixing_is_allowed()
    {
        await PlannedAsync(1, [1, 1, 1]);
        var first = await LeaseAsync("cpu-a");
        Assert.True(await Catalog.CommitAsync(first, Result(first, "cpu-a"), Cancellation));
        Assert.Null(await ClaimAsync("gpu-b"));
        var mixed = await LeaseAsync("gpu-b", mixing: true);
        Assert.True(await Catalog.CommitAsync(mixed, Result(mixed, "gpu-b"), Cancellation));
        // Of two encoders now: nobody who does not mix may go on, not even the first.
        Assert.Null(await ClaimAsync("cpu-a"));
        // With the foreign chunk made again, the first may.
        await Catalog.RequeueAsync(Id(1), OneASecond.Id, [1], Cancellation);
        Assert.Equal((Id(1), 1), Where(await LeaseAsync("cpu-a")));
    }

    [Fact]
    public async Task A_video_that_another_encoder_is_working_on_is_passed_over_until_those_leases_lapse()
    {
        await PlannedAsync(1, [1, 1]);
        await PlannedAsync(2, [1]);
        Assert.Equal((Id(1), 0), Where(await LeaseAsync("cpu-a")));
        Assert.Equal((Id(2), 0), Where(await LeaseAsync("gpu-b")));
        Assert.Null(await ClaimAsync("gpu-b"));
        await AdvanceClockAsync(2 * LeaseDuration);
        Assert.Equal((Id(1), 0), Where(await LeaseAsync("gpu-b")));
    }

    [Fact]
    public async Task A_late_result_does_not_mix_encoders_into_a_video_that_another_took_over()
    {
        await PlannedAsync(1, [1, 1]);
        await LeaseAsync("cpu-a");
        var late = await LeaseAsync("cpu-a");
        await AdvanceClockAsync(2 * LeaseDuration);
        var taken = await LeaseAsync("gpu-b");
        Assert.Equal(0, taken.Chunk.Index);
        Assert.True(await Catalog.CommitAsync(taken, Result(taken, "gpu-b"), Cancellation));
        Assert.False(await Catalog.CommitAsync(late, Result(late, "cpu-a"), Cancellation));
        Assert.Equal((Id(1), 1), Where(await LeaseAsync("gpu-b")));
    }

    [Fact]
    public async Task A_failed_video_is_passed_over_until_its_failure_is_cleared()
    {
        await PlannedAsync(1, [1]);
        var failure = new FailureRecord(At("1.mp4"), Id(1), new Failure(ErrorCodes.FootageUnreadable, "no permission"));
        await Catalog.RecordFailureAsync(failure, Cancellation);
        Assert.Null(await ClaimAsync());
        await Catalog.ClearFailureAsync(At("1.mp4"), Cancellation);
        Assert.NotNull(await ClaimAsync());
    }

    [Fact]
    public async Task A_video_with_a_sound_copy_is_not_failed()
    {
        await PlannedAsync(1, [1, 1]);
        await Catalog.RecordPlaceAsync(new PlaceRecord(At("copy.mp4"), Id(1), 1, 1), Cancellation);
        await Catalog.RecordFailureAsync(new FailureRecord(At("1.mp4"), Id(1), new Failure(ErrorCodes.FootageUnreadable, "x")), Cancellation);
        Assert.NotNull(await ClaimAsync());
        await Catalog.RecordFailureAsync(new FailureRecord(At("copy.mp4"), Id(1), new Failure(ErrorCodes.FootageUnreadable, "x")), Cancellation);
        Assert.Null(await ClaimAsync());
        // Lying nowhere any more, it is failed while a failure names it.
        await Catalog.ForgetPlaceAsync(At("1.mp4"), Cancellation);
        await Catalog.ForgetPlaceAsync(At("copy.mp4"), Cancellation);
        Assert.Null(await ClaimAsync());
        await Catalog.ClearFailureAsync(At("1.mp4"), Cancellation);
        await Catalog.ClearFailureAsync(At("copy.mp4"), Cancellation);
        Assert.NotNull(await ClaimAsync());
    }

    private static (VideoId Video, int Chunk) Where(ChunkLease lease) => (lease.Video, lease.Chunk.Index);
}
