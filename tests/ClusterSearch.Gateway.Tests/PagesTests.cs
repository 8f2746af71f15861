using System.Reflection;
using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Ranking;
using ClusterSearch.Gateway.Searching;

namespace ClusterSearch.Gateway.Tests;

public sealed class PagesTests
{
    private static readonly SearchBody First = new([], null, false, 1, null, null, null, null);

    /// <summary>Far more cursors than are kept, given to many at once: none fails, the last ones stand, the first ones are gone.</summary>
    [Fact]
    public async Task Many_callers_may_fill_the_room_for_cursors_at_once()
    {
        var pages = new Pages();
        var search = DispatchProxy.Create<ISearch, TwoMoments>();
        Task<(SearchAnswer, IReadOnlyList<Moment> Moments, string? Next)> AskAsync(SearchBody body) => pages.NextAsync(search, body, _ => new SearchRequest(), CancellationToken.None);
        var oldest = (await AskAsync(First)).Next!;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 3000; i++) Assert.NotNull((await AskAsync(First)).Next);
        })));
        var newest = (await AskAsync(First)).Next!;
        Assert.Equal(2, Assert.Single((await AskAsync(First with { Cursor = newest })).Moments).Rank);
        Assert.Equal(ErrorCodes.RequestInvalid, (await Assert.ThrowsAsync<ClusterSearchException>(() => AskAsync(First with { Cursor = oldest }))).Code);
    }

    /// <summary>Every search finds the same two moments.</summary>
    public class TwoMoments : DispatchProxy
    {
        private static readonly SearchAnswer Answer = new()
        {
            Verdict = Verdict.Ok,
            Moments = [At(1, 0), At(2, 10)],
            Coverage = new Coverage(1, 1, 0, 20, 0, 0),
            Timings = new SearchTimings(0, 0, 0, 0),
            Explanation = [],
        };

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Task.FromResult(Answer);

        private static Moment At(int rank, double start) => new()
        {
            Rank = rank, Video = VideoId.Parse(new string('a', 32)), FileName = "a.mp4", Path = null, Start = start, End = start + 5, KeyFrame = start, Score = 1, Relevance = null, Labels = [],
        };
    }
}
