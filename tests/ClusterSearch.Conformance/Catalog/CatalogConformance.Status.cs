using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Conformance.Catalog;

// Failures, another try, and numbers.
public abstract partial class CatalogConformance
{
    [Fact]
    public async Task The_latest_failure_of_a_place_stands_until_it_is_cleared()
    {
        var unnamed = new FailureRecord(At("b.mp4"), null, new Failure(ErrorCodes.FootageEmpty, "0 bytes"));
        await Catalog.RecordFailureAsync(unnamed, Cancellation);
        await Catalog.RecordFailureAsync(new FailureRecord(At("a.mp4"), null, new Failure(ErrorCodes.FootageEmpty, "first")), Cancellation);
        var latest = new FailureRecord(At("a.mp4"), Id(1), new Failure(ErrorCodes.FootageDamaged, "second"));
        await Catalog.RecordFailureAsync(latest, Cancellation);
        await Catalog.RecordFailureAsync(latest, Cancellation);
        Assert.Equal([latest, unnamed], await Catalog.ListFailuresAsync(Cancellation));
        await Catalog.ClearFailureAsync(At("a.mp4"), Cancellation);
        await Catalog.ClearFailureAsync(At("a.mp4"), Cancellation);
        Assert.Equal([unnamed], await Catalog.ListFailuresAsync(Cancellation));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => Catalog.RecordFailureAsync(unnamed with { Place = new Place("nowhere", "a") }, Cancellation));
    }

    [Fact]
    public async Task A_retry_makes_the_quarantined_chunks_of_one_video_pending_and_clears_its_failures()
    {
        await PlannedAsync(1, [1, 1]);
        await PlannedAsync(2, [1]);
        for (var i = 0; i < 3; i++) await QuarantineNextAsync();
        await Catalog.RecordFailureAsync(new FailureRecord(At("1.mp4"), null, new Failure(ErrorCodes.FootageDamaged, "at its place")), Cancellation);
        await Catalog.RecordFailureAsync(new FailureRecord(At("x.mp4"), Id(1), new Failure(ErrorCodes.FootageDamaged, "names it")), Cancellation);
        var other = new FailureRecord(At("2.mp4"), Id(2), new Failure(ErrorCodes.FootageDamaged, "another's"));
        await Catalog.RecordFailureAsync(other, Cancellation);

        Assert.Equal(2, await Catalog.RetryAsync(Id(1), Cancellation));
        Assert.Equal([ChunkState.Pending, ChunkState.Pending], await StatesAsync(Id(1)));
        Assert.Equal([ChunkState.Quarantined], await StatesAsync(Id(2)));
        Assert.Equal([other], await Catalog.ListFailuresAsync(Cancellation));
        Assert.Equal(new ChunkRecord { Chunk = Chunks(1, 1)[0], State = ChunkState.Pending }, await ChunkAsync(Id(1), 0));
        Assert.Equal(0, (await LeaseAsync()).Attempts);
        Assert.Equal(0, await Catalog.RetryAsync(Id(9), Cancellation));

        Assert.Equal(1, await Catalog.RetryAsync(null, Cancellation));
        Assert.Empty(await Catalog.ListFailuresAsync(Cancellation));
        Assert.Equal(0, await Catalog.RetryAsync(null, Cancellation));
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task The_status_of_an_empty_ledger_is_all_zeros()
    {
        var status = await Catalog.StatusAsync(null, Cancellation);
        Assert.Equal((0, 0, 0, 0, 0), (status.Videos, status.SearchableVideos, status.PartialVideos, status.IngestingVideos, status.FailedVideos));
        Assert.Equal((0L, 0L, 0.0), (status.Samples, status.MissingSamples, status.Seconds));
        Assert.Equal(Enum.GetValues<ChunkState>(), status.Chunks.Keys.Order());
        Assert.All(status.Chunks.Values, count => Assert.Equal(0, count));
    }

    [Fact]
    public async Task Status_and_plans_count_what_was_worked_out_by_hand()
    {
        // Taken in this order, one video at a time, each claim restricted to its video:
        // 1: 10 + 10 samples, both indexed, 1 missing in the second            -> searchable, samples 19
        // 2: 7 indexed, 5 quarantined                                         -> partial, samples 7, missing 5
        // 3: 4 embedded (1 missing), 6 leased, 2 pending                       -> ingesting, missing 1
        // 4: 8 quarantined                                                    -> failed, missing 8
        await PlannedAsync(1, [10, 10], seconds: 20);
        await PlannedAsync(2, [7, 5], seconds: 12);
        await PlannedAsync(3, [4, 6, 2], seconds: 12);
        await PlannedAsync(4, [8], seconds: 8);
        // Known, but not planned in this encoding: not counted.
        await Catalog.PutEncodingAsync(FiveASecond, Cancellation);
        await PlannedAsync(5, [50], FiveASecond, seconds: 10);

        await EmbedOfAsync(1, missing: 0);
        await EmbedOfAsync(1, missing: 1);
        await Catalog.MarkIndexedAsync(Id(1), OneASecond.Id, [0, 1], Cancellation);
        await EmbedOfAsync(2, missing: 0);
        await Catalog.MarkIndexedAsync(Id(2), OneASecond.Id, [0], Cancellation);
        await FailOfAsync(2);
        await EmbedOfAsync(3, missing: 1);
        await LeaseOfAsync(3);
        await FailOfAsync(4);

        var status = await Catalog.StatusAsync(null, Cancellation);
        Assert.Equal((4, 1, 1, 1, 1), (status.Videos, status.SearchableVideos, status.PartialVideos, status.IngestingVideos, status.FailedVideos));
        Assert.Equal((1, 1, 1, 3, 2), (status.Chunks[ChunkState.Pending], status.Chunks[ChunkState.Leased], status.Chunks[ChunkState.Embedded], status.Chunks[ChunkState.Indexed], status.Chunks[ChunkState.Quarantined]));
        Assert.Equal((26L, 15L), (status.Samples, status.MissingSamples));
        Assert.Equal(52, status.Seconds, 0.1);

        var plans = await Catalog.ListPlansAsync(OneASecond.Id, Cancellation);
        Assert.Equal([Id(1), Id(2), Id(3), Id(4)], plans.Select(plan => plan.Video));
        Assert.Equal([20L, 12, 12, 8], plans.Select(plan => plan.PlannedSamples));
        Assert.Equal([19L, 7, 3, 0], plans.Select(plan => plan.EmbeddedSamples));
        Assert.Equal([2, 2, 3, 1], plans.Select(plan => plan.ChunkCount));
        Assert.Equal(["cpu-a", "cpu-a", "cpu-a", null], plans.Select(plan => plan.EncoderFingerprint));
        Assert.Equal((1, 1, 1), (plans[2].Count(ChunkState.Pending), plans[2].Count(ChunkState.Leased), plans[2].Count(ChunkState.Embedded)));
        Assert.Equal((1, 1), (plans[1].Count(ChunkState.Indexed), plans[1].Count(ChunkState.Quarantined)));

        // Found to be twice as long, and gone again.
        await Catalog.PutVideoAsync(Video(4, seconds: 16), Cancellation);
        Assert.Equal(60, (await Catalog.StatusAsync(null, Cancellation)).Seconds, 0.1);
        await Catalog.RemoveVideoAsync(Id(4), Cancellation);
        await PlannedAsync(4, [8], seconds: 8);
        Assert.Equal(52, (await Catalog.StatusAsync(null, Cancellation)).Seconds, 0.1);

        Assert.Equal(1, (await Catalog.StatusAsync(FiveASecond.Id, Cancellation)).Videos);
        Assert.Equal(0, (await Catalog.StatusAsync("000000000000", Cancellation)).Videos);
        await Catalog.ActivateEncodingAsync(FiveASecond.Id, Cancellation);
        Assert.Equal(1, (await Catalog.StatusAsync(null, Cancellation)).Videos);
        Assert.Equal(4, (await Catalog.StatusAsync(OneASecond.Id, Cancellation)).Videos);
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task Embedded_but_unindexed_is_ingesting_and_not_searchable()
    {
        await PlannedAsync(1, [3]);
        await EmbedNextAsync();
        var status = await Catalog.StatusAsync(null, Cancellation);
        Assert.Equal((0, 1, 0L), (status.SearchableVideos, status.IngestingVideos, status.Samples));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_starts_changes_nothing()
    {
        await PlannedAsync(1, [1]);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Catalog.ClaimAsync(Request(), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Catalog.RemoveVideoAsync(Id(1), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Catalog.StatusAsync(null, cancelled));
        Assert.Equal([ChunkState.Pending], await StatesAsync(Id(1)));
    }

    private async Task<ChunkLease> LeaseOfAsync(int number)
    {
        var lease = await ClaimAsync(videos: new HashSet<Core.Footage.VideoId> { Id(number) });
        Assert.NotNull(lease);
        return lease;
    }

    private async Task EmbedOfAsync(int number, long missing)
    {
        var lease = await LeaseOfAsync(number);
        Assert.True(await Catalog.CommitAsync(lease, Result(lease, missing: missing), Cancellation));
    }

    private async Task FailOfAsync(int number) =>
        Assert.True(await Catalog.FailChunkAsync(await LeaseOfAsync(number), new Failure(ErrorCodes.FootageDecode, "x"), permanent: true, TimeSpan.Zero, Cancellation));
}
