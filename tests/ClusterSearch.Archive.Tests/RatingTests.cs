using System.Security.Cryptography;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>Verdicts on moments that searches found.</summary>
public sealed class RatingTests(SamplesArchive samples) : IClassFixture<SamplesArchive>, IAsyncLifetime
{
    private static readonly VideoId Nobody = VideoId.Parse(new string('9', 32));

    private readonly SearchEngine _search = samples.Archive.Search;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // The archive is every test's.
        foreach (var left in await _search.ListRatingsAsync(null, null, Cancellation))
            await samples.Archive.Ports.Catalog.DeleteFeedbackAsync(left.QueryKey, left.Video, left.Start, left.End, Cancellation);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_moment_that_a_search_found_can_be_rated_and_the_verdict_withdrawn()
    {
        var request = Asking(new TextPart("a cat")) with { Top = 100 };
        var moments = (await _search.SearchAsync(request, Cancellation)).Moments;
        Assert.NotEmpty(moments);
        foreach (var moment in moments) await RateAsync(request, moment, moment.Rank == 1);
        var rated = await _search.ListRatingsAsync(request, null, Cancellation);
        Assert.Equal(
            moments.Select(moment => (moment.Video, moment.Start, moment.End, moment.Rank == 1)).Order(),
            rated.Select(rating => (rating.Video, rating.Start, rating.End, rating.IsRelevant)).Order());

        await RateAsync(request, moments[0], false);
        Assert.DoesNotContain(await _search.ListRatingsAsync(request, null, Cancellation), rating => rating.IsRelevant);
        for (var i = 0; i < 2; i++) await RateAsync(request, moments[0], null);
        Assert.Equal(moments.Count - 1, (await _search.ListRatingsAsync(request, null, Cancellation)).Count);
        Assert.Equal(
            moments.Skip(1).Count(moment => moment.Video == moments[0].Video),
            (await _search.ListRatingsAsync(null, moments[0].Video, Cancellation)).Count);
    }

    [Fact]
    public async Task A_verdict_belongs_to_the_parts_of_a_query_and_to_nothing_else_of_it()
    {
        var garden = await GardenAsync();
        var request = Asking(new TextPart("a cat"), new MomentPart(garden, 3, 0.5), new TextPart("snow", IsNegative: true));
        await _search.RateAsync(request, garden, 0, 8, true, Cancellation);

        var reordered = request with { Parts = [.. request.Parts.Reverse()], Top = 3, Fold = true, Filter = new VectorFilter { SecondsAfter = 2 } };
        var kept = Assert.Single(await _search.ListRatingsAsync(reordered, null, Cancellation));
        Assert.Equal($$"""[{"kind":"like","value":"{{garden}}@3","weight":0.5,"negative":false},{"kind":"text","value":"a cat","weight":1,"negative":false},{"kind":"text","value":"snow","weight":1,"negative":true}]""", kept.Query);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(kept.Query))), kept.QueryKey);

        IReadOnlyList<QueryPart>[] others =
        [
            [.. request.Parts.Skip(1)],
            [new TextPart("a Cat"), .. request.Parts.Skip(1)],
            [new TextPart("a cat", 1.0000001), .. request.Parts.Skip(1)],
            [new TextPart("a cat", IsNegative: true), .. request.Parts.Skip(1)],
            [new ImagePart("a cat"), .. request.Parts.Skip(1)],
            [new TextPart("a cat"), .. request.Parts],
        ];
        foreach (var other in others) Assert.Empty(await _search.ListRatingsAsync(Asking([.. other]), null, Cancellation));
        // A path from here is the same picture as its whole path.
        Assert.Equal(QueryKey.Of([new ImagePart("a/../cat.jpg")]), QueryKey.Of([new ImagePart(Path.GetFullPath("cat.jpg"))]));
    }

    [Fact]
    public void A_query_has_the_key_that_it_always_had()
    {
        // Worked out with Python: hashlib.sha256(b'[{"kind":"text","value":"\\u732B \\u0022x\\u0022","weight":0.1,"negative":false}]').hexdigest()
        var key = QueryKey.Of([new TextPart("猫 \"x\"", 0.1)]);
        Assert.Equal("""[{"kind":"text","value":"\u732B \u0022x\u0022","weight":0.1,"negative":false}]""", key.Json);
        Assert.Equal("687199e776e6bab820acb1801de3a9f92d050a36ef918fe00f3e03c6cbe71128", key.Hash);
    }

    [Fact]
    public async Task A_range_outside_the_video_and_an_unknown_video_are_refused()
    {
        var garden = await GardenAsync();
        var seconds = (await _search.ShowVideoAsync(garden, Cancellation)).Summary.Seconds;
        var request = Asking(new TextPart("a cat"));
        foreach (var (start, end) in new[] { (-0.001, 2.0), (2, 2), (3, 2), (0, seconds + 0.001), (double.NaN, 2), (0, double.NaN), (0, double.PositiveInfinity) })
            foreach (bool? verdict in new bool?[] { true, null })
                await RefusedAsync(ErrorCodes.RequestInvalid, () => _search.RateAsync(request, garden, start, end, verdict, Cancellation));
        await RefusedAsync(ErrorCodes.VideoNotFound, () => _search.RateAsync(request, Nobody, 0, 2, true, Cancellation));
        await RefusedAsync(ErrorCodes.VideoNotFound, () => _search.RateAsync(request, Nobody, 0, 2, null, Cancellation));
        await RefusedAsync(ErrorCodes.VideoNotFound, () => _search.ListRatingsAsync(null, Nobody, Cancellation));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => _search.RateAsync(Asking(), garden, 0, 2, true, Cancellation));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => _search.ListRatingsAsync(Asking(), null, Cancellation));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => _search.RateAsync(Asking(new TextPart("a cat", 0)), garden, 0, 2, true, Cancellation));
        await RefusedAsync(ErrorCodes.RequestInvalid, () => _search.RateAsync(Asking(new TextPart(new string('a', Feedback.MaximumQueryBytes))), garden, 0, 2, true, Cancellation));
        Assert.Empty(await _search.ListRatingsAsync(null, null, Cancellation));

        // The whole video is a range of it.
        await _search.RateAsync(request, garden, 0, seconds, true, Cancellation);
        Assert.Single(await _search.ListRatingsAsync(null, garden, Cancellation));
    }

    [Fact]
    public async Task Verdicts_are_in_a_backup()
    {
        var garden = await GardenAsync();
        await _search.RateAsync(Asking(new TextPart("a cat")), garden, 0, 8, true, Cancellation);
        using var directory = new TemporaryDirectory();
        await samples.Archive.Ingestion.BackupAsync(new BackupRequest(directory.File("backup")), Cancellation);
        await using var copy = await TestArchive.OpenAsync(directory.File("backup"));
        Assert.Equal(await _search.ListRatingsAsync(null, null, Cancellation), await copy.Search.ListRatingsAsync(null, garden, Cancellation));
    }

    private static SearchRequest Asking(params QueryPart[] parts) => new() { Parts = parts };

    private Task<VideoId> GardenAsync() => _search.ResolveVideoAsync("garden-walk.mp4", Cancellation);

    private Task RateAsync(SearchRequest request, Moment moment, bool? verdict) =>
        _search.RateAsync(request, moment.Video, moment.Start, moment.End, verdict, Cancellation);

    private static async Task RefusedAsync(string code, Func<Task> call) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<ClusterSearchException>(call)).Code);
}
