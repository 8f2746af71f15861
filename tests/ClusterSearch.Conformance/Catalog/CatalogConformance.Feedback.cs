using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Conformance.Catalog;

// What people said of moments.
public abstract partial class CatalogConformance
{
    [Fact]
    public async Task Feedback_comes_back_as_it_was_put_with_the_databases_time()
    {
        await Catalog.PutVideoAsync(Video(1), Cancellation);
        await AdvanceClockAsync(TimeSpan.FromDays(400));
        // Seconds that no decimal holds exactly, a query of every kind of sign, and a time that is the caller's own invention.
        var given = Verdict("a", 1, 1 / 3.0, Math.PI, isRelevant: false) with { Query = """[{"value":"a \"cat\" \\ 猫 🐈"}]""", At = DateTimeOffset.UnixEpoch };
        var put = await Catalog.PutFeedbackAsync(given, Cancellation);
        Assert.Equal(given with { At = put.At }, put);
        Assert.Equal(0, (put.At - DateTimeOffset.UtcNow.AddDays(400)).TotalMinutes, 5.0);
        Assert.Equal(TimeSpan.Zero, put.At.Offset);
        Assert.Equal([put], await (await OpenAnotherAsync()).ListFeedbackAsync(null, null, Cancellation));
        Assert.True(await Catalog.DeleteFeedbackAsync("a", Id(1), 1 / 3.0, Math.PI, Cancellation));
        Assert.Empty(await Catalog.ListFeedbackAsync(null, null, Cancellation));
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task A_later_verdict_on_the_same_moment_replaces_the_earlier()
    {
        await Catalog.PutVideoAsync(Video(1), Cancellation);
        var first = await Catalog.PutFeedbackAsync(Verdict("a", 1, 0, 2), Cancellation);
        await AdvanceClockAsync(TimeSpan.FromMinutes(1));
        var second = await (await OpenAnotherAsync()).PutFeedbackAsync(Verdict("a", 1, 0, 2, isRelevant: false) with { Query = "[1]" }, Cancellation);
        Assert.True(second.At >= first.At + TimeSpan.FromMinutes(1));
        Assert.Equal((false, "[1]"), (second.IsRelevant, second.Query));
        Assert.Equal([second], await Catalog.ListFeedbackAsync(null, null, Cancellation));
    }

    [Fact]
    public async Task Feedback_is_listed_newest_first_by_query_and_by_video()
    {
        foreach (var number in new[] { 1, 2 }) await Catalog.PutVideoAsync(Video(number), Cancellation);
        // Each differs from the first in one part of what tells verdicts apart.
        Feedback[] given = [Verdict("a", 1, 0, 2), Verdict("b", 1, 0, 2), Verdict("a", 2, 0, 2), Verdict("a", 1, 1, 2), Verdict("a", 1, 0, 3)];
        var put = new List<Feedback>();
        foreach (var verdict in given)
        {
            put.Insert(0, await Catalog.PutFeedbackAsync(verdict, Cancellation));
            await AdvanceClockAsync(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(put, await Catalog.ListFeedbackAsync(null, null, Cancellation));
        Assert.Equal([put[0], put[1], put[2], put[4]], await Catalog.ListFeedbackAsync("a", null, Cancellation));
        Assert.Equal([put[0], put[1], put[3], put[4]], await Catalog.ListFeedbackAsync(null, Id(1), Cancellation));
        Assert.Equal([put[2]], await Catalog.ListFeedbackAsync("a", Id(2), Cancellation));
        Assert.Empty(await Catalog.ListFeedbackAsync("A", null, Cancellation));
        Assert.Empty(await Catalog.ListFeedbackAsync(null, Id(3), Cancellation));

        // Said again, the oldest is the newest.
        put.Insert(0, await Catalog.PutFeedbackAsync(given[0], Cancellation));
        put.RemoveAt(5);
        Assert.Equal(put, await Catalog.ListFeedbackAsync(null, null, Cancellation));

        Assert.True(await Catalog.DeleteFeedbackAsync("a", Id(1), 1, 2, Cancellation));
        Assert.False(await Catalog.DeleteFeedbackAsync("a", Id(1), 1, 2, Cancellation));
        Assert.False(await Catalog.DeleteFeedbackAsync("b", Id(2), 0, 2, Cancellation));
        put.Remove(put.Single(verdict => verdict.Start is 1));
        Assert.Equal(put, await Catalog.ListFeedbackAsync(null, null, Cancellation));
    }

    [Fact]
    public async Task Feedback_goes_with_its_video()
    {
        foreach (var number in new[] { 1, 2 }) await Catalog.PutVideoAsync(Video(number), Cancellation);
        await Catalog.PutFeedbackAsync(Verdict("a", 1, 0, 2), Cancellation);
        var kept = await Catalog.PutFeedbackAsync(Verdict("a", 2, 0, 2), Cancellation);
        await Catalog.RemoveVideoAsync(Id(1), Cancellation);
        Assert.Equal([kept], await Catalog.ListFeedbackAsync(null, null, Cancellation));
        // The video that comes again has none.
        await Catalog.PutVideoAsync(Video(1), Cancellation);
        Assert.Empty(await Catalog.ListFeedbackAsync(null, Id(1), Cancellation));
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task Feedback_follows_a_recording_to_its_final_id_and_what_was_said_there_stands()
    {
        foreach (var number in new[] { 1, 2 }) await Catalog.PutVideoAsync(Video(number), Cancellation);
        var stands = await Catalog.PutFeedbackAsync(Verdict("a", 2, 0, 2, isRelevant: false), Cancellation);
        await AdvanceClockAsync(TimeSpan.FromSeconds(1));
        await Catalog.PutFeedbackAsync(Verdict("a", 1, 0, 2), Cancellation);
        await AdvanceClockAsync(TimeSpan.FromSeconds(1));
        var follows = await Catalog.PutFeedbackAsync(Verdict("a", 1, 2, 4), Cancellation);
        Assert.True(await Catalog.RenameVideoAsync(Id(1), Id(2), Cancellation));
        Assert.Equal([follows with { Video = Id(2) }, stands], await Catalog.ListFeedbackAsync(null, null, Cancellation));
        await VerifyStoreAsync();
    }

    [Fact]
    public async Task Feedback_on_nothing_is_refused()
    {
        await Catalog.PutVideoAsync(Video(1), Cancellation);
        await RefusedAsync(ErrorCodes.VideoNotFound, () => Catalog.PutFeedbackAsync(Verdict("a", 2, 0, 2), Cancellation));
        await InvalidAsync(Verdict("", 1, 0, 2));
        foreach (var (start, end) in new[] { (2.0, 2.0), (2, 1), (-0.1, 2), (double.NaN, 2), (0, double.NaN), (0, double.PositiveInfinity) })
            await InvalidAsync(Verdict("a", 1, start, end));
        // The limit counts bytes: a cat has three.
        var longest = Verdict("a", 1, 0, 2) with { Query = new string('猫', Feedback.MaximumQueryBytes / 3) + "1" };
        await InvalidAsync(longest with { Query = longest.Query + "2" });
        Assert.Empty(await Catalog.ListFeedbackAsync(null, null, Cancellation));
        Assert.Equal(longest.Query, (await Catalog.PutFeedbackAsync(longest, Cancellation)).Query);

        async Task InvalidAsync(Feedback feedback) => await RefusedAsync(ErrorCodes.RequestInvalid, () => Catalog.PutFeedbackAsync(feedback, Cancellation));
    }

    private static Feedback Verdict(string key, int video, double start, double end, bool isRelevant = true) => new()
    {
        QueryKey = key,
        Query = "[]",
        Video = Id(video),
        Start = start,
        End = end,
        IsRelevant = isRelevant,
    };
}
