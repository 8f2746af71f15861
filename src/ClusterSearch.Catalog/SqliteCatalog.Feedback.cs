using ClusterSearch.Catalog.Sqlite.Videos;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog;

// What people said of moments.
public sealed partial class SqliteCatalog
{
    public Task<Feedback> PutFeedbackAsync(Feedback feedback, CancellationToken cancellation)
    {
        FeedbackColumns.Validate(feedback);
        return RecordAsync(session => FeedbackRows.Put(session, feedback), cancellation);
    }

    public Task<bool> DeleteFeedbackAsync(string queryKey, VideoId video, double start, double end, CancellationToken cancellation) =>
        RecordAsync(session => FeedbackRows.Delete(session, queryKey, video, start, end), cancellation);

    public Task<IReadOnlyList<Feedback>> ListFeedbackAsync(string? queryKey, VideoId? video, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<Feedback>>(session => FeedbackRows.List(session, queryKey, video), cancellation);
}
