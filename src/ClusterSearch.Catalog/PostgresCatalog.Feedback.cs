using ClusterSearch.Catalog.Postgres.Videos;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog;

// What people said of moments.
public sealed partial class PostgresCatalog
{
    public Task<Feedback> PutFeedbackAsync(Feedback feedback, CancellationToken cancellation)
    {
        FeedbackColumns.Validate(feedback);
        return StatementAsync(session => FeedbackRows.PutAsync(session, feedback), cancellation);
    }

    public Task<bool> DeleteFeedbackAsync(string queryKey, VideoId video, double start, double end, CancellationToken cancellation) =>
        StatementAsync(session => FeedbackRows.DeleteAsync(session, queryKey, video, start, end), cancellation);

    public Task<IReadOnlyList<Feedback>> ListFeedbackAsync(string? queryKey, VideoId? video, CancellationToken cancellation) =>
        ListAsync(session => FeedbackRows.ListAsync(session, queryKey, video), cancellation);
}
