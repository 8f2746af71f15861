using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Conformance.Catalog;

// Recordings that grow, and the id that they have in the end.
public abstract partial class CatalogConformance
{
    [Fact]
    public async Task A_recording_grows_until_it_is_put_as_closed()
    {
        await Catalog.PutVideoAsync(Video(1) with { IsGrowing = true }, Cancellation);
        Assert.True((await Catalog.FindVideoAsync(Id(1), Cancellation))!.IsGrowing);
        Assert.True((await Catalog.ListVideosAsync(Cancellation))[0].IsGrowing);
        Assert.False((await Catalog.PutVideoAsync(Video(1), Cancellation)).IsGrowing);
    }

    [Fact]
    public async Task A_plan_is_extended_at_its_end_and_the_same_extension_counts_once()
    {
        await PlannedAsync(1, [3]);
        await EmbedNextAsync();
        await Catalog.MarkIndexedAsync(Id(1), OneASecond.Id, [0], Cancellation);
        var whole = Chunks(3, 2, 4);
        for (var i = 0; i < 2; i++)
        {
            var extended = await Catalog.ExtendPlanAsync(Id(1), OneASecond.Id, [whole[1]], null, Cancellation);
            Assert.Equal(Chunks(3, 2), extended.Chunks);
        }
        // With the earlier ones named as well, and with listed times.
        long[] ticks = [5, 6, 7];
        Assert.Equal(whole, (await Catalog.ExtendPlanAsync(Id(1), OneASecond.Id, whole, ticks, Cancellation)).Chunks);
        var found = (await Catalog.FindPlanAsync(Id(1), OneASecond.Id, Cancellation))!;
        Assert.Equal(whole, found.Chunks);
        Assert.Equal(ticks, found.ListedTicks);
        Assert.Equal([ChunkState.Indexed, ChunkState.Pending, ChunkState.Pending], await StatesAsync(Id(1)));
        Assert.Equal(9, (await Catalog.ListPlansAsync(OneASecond.Id, Cancellation))[0].PlannedSamples);
        Assert.Equal(1, (await Catalog.StatusAsync(null, Cancellation)).IngestingVideos);
        Assert.Equal((Id(1), 1), Where(await LeaseAsync()));
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task What_does_not_continue_a_plan_is_refused_and_changes_nothing()
    {
        await PlannedAsync(1, [3, 2]);
        await Catalog.PutEncodingAsync(FiveASecond, Cancellation);
        var continued = new Chunk(2, new SampleRange(5, 9));
        Chunk[][] wrong =
        [
            [continued with { Index = 3 }],
            [new Chunk(2, new SampleRange(6, 9))],
            [new Chunk(2, new SampleRange(5, 5))],
            [new Chunk(1, new SampleRange(3, 6))],
            [new Chunk(-1, new SampleRange(5, 9))],
            [continued, new Chunk(3, new SampleRange(10, 11))],
        ];
        foreach (var chunks in wrong)
            await RefusedAsync(ErrorCodes.RequestInvalid, () => Catalog.ExtendPlanAsync(Id(1), OneASecond.Id, chunks, null, Cancellation));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => Catalog.ExtendPlanAsync(Id(1), FiveASecond.Id, [continued], null, Cancellation));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => Catalog.ExtendPlanAsync(Id(9), OneASecond.Id, [continued], null, Cancellation));
        Assert.Equal(Chunks(3, 2), (await Catalog.FindPlanAsync(Id(1), OneASecond.Id, Cancellation))!.Chunks);
    }

    [Fact]
    public async Task A_closed_recording_takes_its_final_id_with_everything_it_has()
    {
        await PlannedAsync(1, [3, 2, 4, 1]);
        var indexed = await EmbedNextAsync();
        await Catalog.MarkIndexedAsync(Id(1), OneASecond.Id, [0], Cancellation);
        await QuarantineNextAsync();
        var leased = await LeaseAsync();
        await Catalog.RecordFailureAsync(new FailureRecord(At("x.mp4"), Id(1), Undecodable), Cancellation);
        await Catalog.SetPriorityAsync(Id(1), 3, Cancellation);
        var before = await Catalog.ListChunksAsync(Id(1), OneASecond.Id, Cancellation);

        Assert.True(await Catalog.RenameVideoAsync(Id(1), Id(2), Cancellation));
        Assert.False(await Catalog.RenameVideoAsync(Id(1), Id(2), Cancellation));
        Assert.Null(await Catalog.FindVideoAsync(Id(1), Cancellation));
        Assert.Empty(await Catalog.ListChunksAsync(Id(1), OneASecond.Id, Cancellation));
        Assert.Equal([At("1.mp4")], (await Catalog.FindVideoAsync(Id(2), Cancellation))!.Places);
        Assert.Equal(Id(2), (await Catalog.ListFailuresAsync(Cancellation))[0].Video);
        Assert.Equal(3, (await Catalog.ListPlansAsync(OneASecond.Id, Cancellation))[0].Priority);
        // The file's token stays, the index does not know the id yet, and the lease is nobody's.
        var after = await Catalog.ListChunksAsync(Id(2), OneASecond.Id, Cancellation);
        Assert.Equal(
            [before[0] with { State = ChunkState.Embedded }, before[1], before[2] with { State = ChunkState.Pending, Token = null }, before[3]], after);
        Assert.Equal(indexed.Token, after[0].Token);
        await AssertFencedAsync(leased);
        Assert.Equal((Id(2), 2), Where(await LeaseAsync()));
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task Where_the_final_id_is_known_it_keeps_its_rows_and_takes_what_it_lacks()
    {
        await Catalog.PutEncodingAsync(FiveASecond, Cancellation);
        await PlannedAsync(1, [1, 1], seconds: 30);
        await PlannedAsync(1, [7], FiveASecond, seconds: 30);
        await PlannedAsync(2, [9], seconds: 60);
        await Catalog.PutVideoAsync(Video(2, seconds: 60) with { Attributes = new(Camera: "north", null, null) }, Cancellation);
        Assert.True(await Catalog.RenameVideoAsync(Id(1), Id(2), Cancellation));
        var merged = Assert.Single(await Catalog.ListVideosAsync(Cancellation));
        Assert.Equal(("north", Video(2, seconds: 60).Facts.DurationTicks), (merged.Attributes.Camera, merged.Facts.DurationTicks));
        Assert.Equal([At("1.mp4"), At("2.mp4")], merged.Places);
        Assert.Equal(Chunks(9), (await Catalog.FindPlanAsync(Id(2), OneASecond.Id, Cancellation))!.Chunks);
        Assert.Equal(Chunks(7), (await Catalog.FindPlanAsync(Id(2), FiveASecond.Id, Cancellation))!.Chunks);
        Assert.Equal(60, (await Catalog.StatusAsync(FiveASecond.Id, Cancellation)).Seconds, 0.1);
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task A_rename_of_nothing_or_to_itself_changes_nothing()
    {
        await PlannedAsync(1, [1]);
        Assert.False(await Catalog.RenameVideoAsync(Id(8), Id(9), Cancellation));
        Assert.False(await Catalog.RenameVideoAsync(Id(8), Id(1), Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Catalog.RenameVideoAsync(Id(1), Id(1), Cancellation));
        Assert.Equal([Id(1)], (await Catalog.ListVideosAsync(Cancellation)).Select(video => video.Id));
    }
}
