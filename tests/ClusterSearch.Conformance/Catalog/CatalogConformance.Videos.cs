using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Conformance.Catalog;

// Roots, places, videos, encodings.
public abstract partial class CatalogConformance
{
    [Fact]
    public async Task A_directory_keeps_its_name_and_a_name_moves_to_a_free_directory()
    {
        Assert.Equal(new RootRecord("media", "/srv/media"), await Catalog.RegisterRootAsync("other", "/srv/media", Cancellation));
        Assert.Equal(new RootRecord("cards", "/mnt/a"), await Catalog.RegisterRootAsync("cards", "/mnt/a", Cancellation));
        Assert.Equal(new RootRecord("cards", "/mnt/b"), await Catalog.RegisterRootAsync("cards", "/mnt/b", Cancellation));
        // /srv/media is "media" already: "cards" stays where it was.
        Assert.Equal(new RootRecord("media", "/srv/media"), await Catalog.RegisterRootAsync("cards", "/srv/media", Cancellation));
        Assert.Equal([new RootRecord("cards", "/mnt/b"), new RootRecord("media", "/srv/media")], await Catalog.ListRootsAsync(Cancellation));
    }

    [Fact]
    public async Task Every_fact_of_a_video_comes_back()
    {
        var put = Video(1) with
        {
            Warning = "non-monotonous DTS (3 times)",
            Attributes = new VideoAttributes("north", "gate", new DateTimeOffset(2026, 3, 29, 1, 59, 59, 500, TimeSpan.FromHours(-3.5))),
        };
        put = put with
        {
            Facts = put.Facts with
            {
                VariableFrameRate = true,
                DurationCounted = true,
                Interlaced = true,
                Seekable = false,
                PixelAspect = new Rational(64, 45),
                PixelFormat = "yuv420p10le",
                ColorSpace = "bt2020nc",
                ColorTransfer = "arib-std-b67",
                ColorPrimaries = "bt2020",
                ColorRange = "tv",
                Timecode = "10:00:00;00",
                CreatedAt = new DateTimeOffset(2020, 2, 29, 23, 59, 59, 123, TimeSpan.Zero),
                AudioTracks = [new TrackFacts(0, "aac", "deu", "Ton \"1\""), new TrackFacts(2, "opus", null, null)],
                SubtitleTracks = [new TrackFacts(3, "mov_text", "eng", null)],
            },
        };
        await Catalog.PutVideoAsync(put, Cancellation);
        var found = await (await OpenAnotherAsync()).FindVideoAsync(Id(1), Cancellation);
        Assert.NotNull(found);
        Assert.Equal(put.Facts.AudioTracks, found.Facts.AudioTracks);
        Assert.Equal(put.Facts.SubtitleTracks, found.Facts.SubtitleTracks);
        // Records compare lists by reference: with the lists taken over, the rest must be equal.
        Assert.Equal(put.Facts, found.Facts with { AudioTracks = put.Facts.AudioTracks, SubtitleTracks = put.Facts.SubtitleTracks });
        Assert.Equal(put.Attributes, found.Attributes);
        Assert.Equal(TimeSpan.FromHours(-3.5), found.Attributes.RecordedAt!.Value.Offset);
        Assert.Equal(put.Warning, found.Warning);
        Assert.Empty(found.Places);
    }

    [Fact]
    public async Task An_unknown_video_or_place_is_found_as_null()
    {
        Assert.Null(await Catalog.FindVideoAsync(Id(1), Cancellation));
        Assert.Null(await Catalog.FindPlaceAsync(At("a.mp4"), Cancellation));
        Assert.Null(await Catalog.FindPlanAsync(Id(1), OneASecond.Id, Cancellation));
        Assert.Empty(await Catalog.ListChunksAsync(Id(1), OneASecond.Id, Cancellation));
        Assert.Empty(await Catalog.ListVideosAsync(Cancellation));
    }

    [Fact]
    public async Task Putting_a_video_again_replaces_its_facts_and_keeps_what_is_not_said()
    {
        var recorded = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1));
        await Catalog.PutVideoAsync(Video(1) with { Attributes = new VideoAttributes("north", null, recorded), Warning = "damaged" }, Cancellation);
        var updated = await Catalog.PutVideoAsync(Video(1, seconds: 90) with { Attributes = new VideoAttributes(null, "gate", null) }, Cancellation);
        Assert.Equal(new VideoAttributes("north", "gate", recorded), updated.Attributes);
        Assert.Equal("damaged", updated.Warning);
        Assert.Equal(Video(1, seconds: 90).Facts.DurationTicks, updated.Facts.DurationTicks);
        var moved = await Catalog.PutVideoAsync(Video(1) with { Attributes = new VideoAttributes("south", null, null), Warning = "worse" }, Cancellation);
        Assert.Equal(new VideoAttributes("south", "gate", recorded), moved.Attributes);
        Assert.Equal("worse", moved.Warning);
        Assert.Single(await Catalog.ListVideosAsync(Cancellation));
    }

    [Fact]
    public async Task Videos_are_listed_by_id_and_each_with_its_places_in_order()
    {
        foreach (var number in new[] { 3, 1, 2 }) await Catalog.PutVideoAsync(Video(number), Cancellation);
        await Catalog.RegisterRootAsync("cards", "/mnt/cards", Cancellation);
        foreach (var (place, number) in new[] { (At("b/x.mp4"), 1), (At("a.mp4"), 1), (new Place("cards", "z.mp4"), 1), (At("c.mp4"), 3) })
            await Catalog.RecordPlaceAsync(new PlaceRecord(place, Id(number), 10, 20), Cancellation);
        var listed = await Catalog.ListVideosAsync(Cancellation);
        Assert.Equal([Id(1), Id(2), Id(3)], listed.Select(video => video.Id));
        Assert.Equal([new Place("cards", "z.mp4"), At("a.mp4"), At("b/x.mp4")], listed[0].Places);
        Assert.Empty(listed[1].Places);
        Assert.Equal([At("c.mp4")], listed[2].Places);
        Assert.Equal(listed[0].Places, (await Catalog.FindVideoAsync(Id(1), Cancellation))!.Places);
    }

    [Fact]
    public async Task A_place_holds_one_video_and_a_moved_file_is_the_same_video()
    {
        await Catalog.PutVideoAsync(Video(1), Cancellation);
        await Catalog.PutVideoAsync(Video(2), Cancellation);
        var first = new PlaceRecord(At("a.mp4"), Id(1), long.MaxValue, 1_700_000_000_123_456_789);
        await Catalog.RecordPlaceAsync(first, Cancellation);
        await Catalog.RecordPlaceAsync(first, Cancellation);
        Assert.Equal(first, await Catalog.FindPlaceAsync(At("a.mp4"), Cancellation));

        // Moved: recorded at the new place, forgotten at the old one.
        await Catalog.RecordPlaceAsync(first with { Place = At("new/a.mp4") }, Cancellation);
        Assert.Equal([At("a.mp4"), At("new/a.mp4")], (await Catalog.FindVideoAsync(Id(1), Cancellation))!.Places);
        await Catalog.ForgetPlaceAsync(At("a.mp4"), Cancellation);
        await Catalog.ForgetPlaceAsync(At("a.mp4"), Cancellation);
        Assert.Equal([At("new/a.mp4")], (await Catalog.FindVideoAsync(Id(1), Cancellation))!.Places);

        // Overwritten by other footage: the place is that video's now.
        await Catalog.RecordPlaceAsync(new PlaceRecord(At("new/a.mp4"), Id(2), 5, 6), Cancellation);
        Assert.Empty((await Catalog.FindVideoAsync(Id(1), Cancellation))!.Places);
        Assert.Equal([At("new/a.mp4")], (await Catalog.FindVideoAsync(Id(2), Cancellation))!.Places);
    }

    [Fact]
    public async Task A_place_of_an_unknown_root_or_video_is_refused()
    {
        await Catalog.PutVideoAsync(Video(1), Cancellation);
        await RefusedAsync(ErrorCodes.RequestInvalid, () => Catalog.RecordPlaceAsync(new PlaceRecord(new Place("nowhere", "a"), Id(1), 1, 1), Cancellation));
        await RefusedAsync(ErrorCodes.VideoNotFound, () => Catalog.RecordPlaceAsync(new PlaceRecord(At("a"), Id(2), 1, 1), Cancellation));
        Assert.Null(await Catalog.FindPlaceAsync(At("a"), Cancellation));
    }

    [Fact]
    public async Task Removing_a_video_leaves_nothing_of_it_and_everything_of_the_others()
    {
        var gone = await PlannedAsync(1, [2, 2]);
        var kept = await PlannedAsync(2, [2]);
        await Catalog.PutEncodingAsync(FiveASecond, Cancellation);
        await Catalog.PlanAsync(gone, FiveASecond.Id, Chunks(5), null, Cancellation);
        var lease = await EmbedNextAsync();
        Assert.Equal(gone, lease.Video);
        await Catalog.RecordFailureAsync(new FailureRecord(At("1.mp4"), null, new Failure(ErrorCodes.FootageDamaged, "x")), Cancellation);
        await Catalog.RecordFailureAsync(new FailureRecord(At("elsewhere.mp4"), gone, new Failure(ErrorCodes.FootageDamaged, "y")), Cancellation);
        var others = new FailureRecord(At("3.mp4"), Id(3), new Failure(ErrorCodes.FootageEmpty, "z"));
        await Catalog.RecordFailureAsync(others, Cancellation);

        await Catalog.RemoveVideoAsync(gone, Cancellation);
        await Catalog.RemoveVideoAsync(gone, Cancellation);

        Assert.Null(await Catalog.FindVideoAsync(gone, Cancellation));
        Assert.Null(await Catalog.FindPlaceAsync(At("1.mp4"), Cancellation));
        Assert.Null(await Catalog.FindPlanAsync(gone, OneASecond.Id, Cancellation));
        Assert.Null(await Catalog.FindPlanAsync(gone, FiveASecond.Id, Cancellation));
        Assert.Empty(await Catalog.ListChunksAsync(gone, OneASecond.Id, Cancellation));
        Assert.Empty(await Catalog.ListToAggregateAsync(OneASecond.Id, Cancellation));
        Assert.Equal([others], await Catalog.ListFailuresAsync(Cancellation));
        Assert.Equal([kept], (await Catalog.ListPlansAsync(OneASecond.Id, Cancellation)).Select(plan => plan.Video));
        Assert.False(await Catalog.CommitAsync(lease, Result(lease), Cancellation));
        Assert.Equal(kept, (await LeaseAsync()).Video);
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task A_lease_of_a_removed_video_does_not_fit_the_same_video_planned_anew()
    {
        await PlannedAsync(1, [2]);
        var lease = await LeaseAsync();
        await Catalog.RemoveVideoAsync(Id(1), Cancellation);
        await PlannedAsync(1, [2]);
        Assert.False(await Catalog.CommitAsync(lease, Result(lease), Cancellation));
        Assert.Equal([ChunkState.Pending], await StatesAsync(Id(1)));
    }

    [Fact]
    public async Task The_first_encoding_is_active_until_another_is_activated()
    {
        await Catalog.PutEncodingAsync(FiveASecond, Cancellation);
        await Catalog.PutEncodingAsync(OneASecond with { ModelDirectory = "/elsewhere" }, Cancellation);
        var listed = await Catalog.ListEncodingsAsync(Cancellation);
        Assert.Equal([(OneASecond.Id, true), (FiveASecond.Id, false)], listed.Select(record => (record.Encoding.Id, record.IsActive)));
        // As it was first used.
        Assert.Equal("/models/starter", listed[0].Encoding.ModelDirectory);
        Assert.Equal(OneASecond.Labels, listed[0].Encoding.Labels);
        Assert.Equal(OneASecond, listed[0].Encoding with { Labels = OneASecond.Labels });

        await Catalog.ActivateEncodingAsync(FiveASecond.Id, Cancellation);
        await Catalog.ActivateEncodingAsync(FiveASecond.Id, Cancellation);
        Assert.Equal(FiveASecond.Id, (await Catalog.ActiveEncodingAsync(Cancellation))!.Encoding.Id);
        Assert.Single(await Catalog.ListEncodingsAsync(Cancellation), record => record.IsActive);
        await RefusedAsync(ErrorCodes.ArchiveEncoding, () => Catalog.ActivateEncodingAsync("000000000000", Cancellation));
        Assert.Equal(FiveASecond.Id, (await Catalog.ActiveEncodingAsync(Cancellation))!.Encoding.Id);
    }

    [Fact]
    public async Task A_dropped_encoding_takes_its_plans_and_chunks_and_leaves_the_others()
    {
        await Catalog.PutEncodingAsync(FiveASecond, Cancellation);
        await PlannedAsync(1, [4, 2]);
        await EmbedNextAsync();
        await Catalog.PlanAsync(Id(1), FiveASecond.Id, Chunks(9, 3), null, Cancellation);
        var lease = (await Catalog.ClaimAsync(Request(encoding: FiveASecond), Cancellation))!;
        await RefusedAsync(ErrorCodes.ArchiveEncoding, () => Catalog.DropEncodingAsync(OneASecond.Id, Cancellation));

        await Catalog.DropEncodingAsync(FiveASecond.Id, Cancellation);
        await Catalog.DropEncodingAsync(FiveASecond.Id, Cancellation);
        Assert.Equal(OneASecond.Id, Assert.Single(await Catalog.ListEncodingsAsync(Cancellation)).Encoding.Id);
        Assert.Null(await Catalog.FindPlanAsync(Id(1), FiveASecond.Id, Cancellation));
        Assert.Empty(await Catalog.ListChunksAsync(Id(1), FiveASecond.Id, Cancellation));
        Assert.False(await Catalog.CommitAsync(lease, Result(lease), Cancellation));
        Assert.Equal([ChunkState.Embedded, ChunkState.Pending], await StatesAsync(Id(1)));
        Assert.Equal(0, (await Catalog.StatusAsync(FiveASecond.Id, Cancellation)).Videos);

        // Put again, it begins anew.
        await Catalog.PutEncodingAsync(FiveASecond, Cancellation);
        Assert.Empty(await Catalog.ListPlansAsync(FiveASecond.Id, Cancellation));
        Assert.False((await Catalog.ListEncodingsAsync(Cancellation))[1].IsActive);
        await VerifyStoreAsync();
    }

    [Theory]
    [InlineData("native")]
    [InlineData("keyframes")]
    [InlineData("30000/1001")]
    public async Task Encodings_of_every_sampling_keep_their_id(string sampling)
    {
        var encoding = NewEncoding(sampling) with { Resize = ResizeMode.Fast, Labels = null };
        await Catalog.PutEncodingAsync(encoding, Cancellation);
        Assert.Equal(encoding, (await Catalog.ListEncodingsAsync(Cancellation))[1].Encoding);
    }
}
