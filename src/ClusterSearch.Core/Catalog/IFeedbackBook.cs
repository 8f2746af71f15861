using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Catalog;

/// <summary>What people said of moments that a query found: relevant, or not.</summary>
public interface IFeedbackBook
{
    /// <summary>Records a verdict. There is one for each (query key, video, start, end): a later one replaces the earlier, and its time with it.</summary>
    /// <returns>The verdict with the time at which it was recorded.</returns>
    /// <exception cref="ClusterSearchException">
    /// video.not_found; request.invalid: no query key, a query above <see cref="Feedback.MaximumQueryBytes"/>, or a range that is empty or
    /// begins before 0. Where the video ends is not looked at.
    /// </exception>
    Task<Feedback> PutFeedbackAsync(Feedback feedback, CancellationToken cancellation);

    /// <summary>Takes a verdict back. Unknown ones are no error.</summary>
    /// <returns>Whether there was one.</returns>
    Task<bool> DeleteFeedbackAsync(string queryKey, VideoId video, double start, double end, CancellationToken cancellation);

    /// <summary>Verdicts of one query (null: of all) on one video (null: on all), newest first.</summary>
    Task<IReadOnlyList<Feedback>> ListFeedbackAsync(string? queryKey, VideoId? video, CancellationToken cancellation);
}
