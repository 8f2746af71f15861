using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Grains.Working;

namespace ClusterSearch.Grains.Tests;

/// <summary>Places of a silo, and whom they are offered to.</summary>
public sealed class PermitTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_permit_that_nobody_begins_expires_with_its_lease()
    {
        var time = new SteppedTime();
        var permits = new Permits(1, time);
        var first = permits.TryTake(Lease)!.Value;
        Assert.Null(permits.TryTake(Lease));
        time.Step(Lease);
        Assert.Equal(1, permits.Free);
        Assert.False(permits.TryBegin(first, needsAlone: false));
        Assert.NotNull(permits.TryTake(Lease));
    }

    [Fact]
    public void A_permit_that_was_begun_lasts_until_it_is_returned_and_is_begun_once()
    {
        var time = new SteppedTime();
        var permits = new Permits(1, time);
        var permit = permits.TryTake(Lease)!.Value;
        Assert.True(permits.TryBegin(permit, needsAlone: false));
        Assert.False(permits.TryBegin(permit, needsAlone: false));
        time.Step(Lease * 10);
        Assert.Equal((0, 1), (permits.Free, permits.InUse));
        permits.Return(permit);
        permits.Return(permit);
        Assert.Equal((1, 0), (permits.Free, permits.InUse));
    }

    [Fact]
    public void Work_alone_begins_when_nothing_else_is_done_and_keeps_all_else_out()
    {
        var permits = new Permits(3, new SteppedTime());
        var other = permits.TryTake(Lease)!.Value;
        Assert.Null(permits.TryTake(Lease, isAlone: true));
        var mine = permits.TryTake(Lease)!.Value;
        Assert.False(permits.TryBegin(mine, needsAlone: true));
        permits.Return(mine);
        permits.Return(other);
        var alone = permits.TryTake(Lease, isAlone: true)!.Value;
        Assert.True(permits.TryBegin(alone, needsAlone: true));
        Assert.Null(permits.TryTake(Lease));
        Assert.Equal(0, permits.Free);
        permits.Return(alone);
        Assert.Equal(3, permits.Free);
    }

    [Fact]
    public void A_place_is_offered_by_priority_then_to_whom_fewest_chunks_are_in_work_and_never_across_encoders()
    {
        VideoPlanSummary[] plans =
        [
            Plan('a', pending: 3, leased: 2),
            Plan('b', pending: 3, leased: 0),
            Plan('c', pending: 1, leased: 1) with { Priority = 5 },
            Plan('d', pending: 0, leased: 1),
            Plan('e', pending: 0, leased: 0),
            Plan('f', pending: 4, leased: 0) with { EncoderFingerprint = "another's" },
        ];
        Assert.Equal("cbad", Names(ClaimCandidates.Order(plans, ClaimOrder.Fair, "mine", allowMixed: false)));
        Assert.Equal("cbfad", Names(ClaimCandidates.Order(plans, ClaimOrder.Fair, "mine", allowMixed: true)));
        // Begun ones first: f and b are untouched.
        Assert.Equal("cabd", Names(ClaimCandidates.Order([.. plans.Select(plan => plan.Video == Id('b') ? plan with { Chunks = Counts(3, 0, indexed: 0) } : plan)],
            ClaimOrder.EarliestSearchable, "mine", allowMixed: false)));
    }

    private static VideoId Id(char digit) => VideoId.Parse(new string(digit, VideoId.Length));

    private static string Names(IReadOnlyList<VideoId> videos) => string.Concat(videos.Select(video => video.Value[0]));

    private static VideoPlanSummary Plan(char digit, int pending, int leased) => new(Id(digit), 100, 0, Counts(pending, leased, indexed: 1));

    private static Dictionary<ChunkState, int> Counts(int pending, int leased, int indexed) =>
        new() { [ChunkState.Pending] = pending, [ChunkState.Leased] = leased, [ChunkState.Indexed] = indexed };

    /// <summary>A clock that moves when it is told to.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Step(TimeSpan by) => _ticks += by.Ticks;
    }
}
