using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Searching;

/// <summary>Verdicts on moments, kept in the catalogue under the query's key.</summary>
internal sealed class MomentRatings(ArchivePorts ports, VideoLibrary library)
{
    public async Task RateAsync(SearchRequest request, VideoId video, double start, double end, bool? isRelevant, CancellationToken cancellation)
    {
        var query = QueryKey.Of(request.Parts);
        var seconds = (await library.RequireAsync(video, cancellation)).Facts.DurationSeconds;
        if (!(start >= 0 && end > start && end <= seconds))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                string.Create(CultureInfo.InvariantCulture, $"a moment of this video lies from 0 to {seconds} s and ends after it begins, found {start} to {end}"));
        if (isRelevant is not { } verdict)
        {
            await ports.Catalog.DeleteFeedbackAsync(query.Hash, video, start, end, cancellation);
            return;
        }
        await ports.Catalog.PutFeedbackAsync(
            new Feedback { QueryKey = query.Hash, Query = query.Json, Video = video, Start = start, End = end, IsRelevant = verdict }, cancellation);
    }

    public async Task<IReadOnlyList<Feedback>> ListAsync(SearchRequest? request, VideoId? video, CancellationToken cancellation)
    {
        var query = request is null ? null : QueryKey.Of(request.Parts);
        if (video is { } one) await library.RequireAsync(one, cancellation);
        return await ports.Catalog.ListFeedbackAsync(query?.Hash, video, cancellation);
    }
}
