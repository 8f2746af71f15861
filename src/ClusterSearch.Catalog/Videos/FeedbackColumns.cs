using System.Globalization;
using System.Text;
using ClusterSearch.Catalog.Rows;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Videos;

/// <summary>A verdict as its row holds it.</summary>
internal static class FeedbackColumns
{
    public const string All = "query_key, query, video, start_seconds, end_seconds, is_relevant, recorded_ms";

    /// <summary>Newest first; those of one millisecond in an order that stays.</summary>
    public const string Order = "recorded_ms DESC, query_key, video, start_seconds, end_seconds";

    public static Feedback Read<TRow>(TRow row) where TRow : struct, IRow => new()
    {
        QueryKey = row.Text(0),
        Query = row.Text(1),
        Video = VideoId.Parse(row.Text(2)),
        Start = row.Double(3),
        End = row.Double(4),
        IsRelevant = row.Bool(5),
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(6)),
    };

    /// <exception cref="ClusterSearchException">request.invalid.</exception>
    public static void Validate(Feedback feedback)
    {
        if (string.IsNullOrEmpty(feedback.QueryKey)) throw Invalid($"feedback names its query by a key, found none");
        if (Encoding.UTF8.GetByteCount(feedback.Query) is var bytes && bytes > Feedback.MaximumQueryBytes)
            throw Invalid($"a query is kept with at most {Feedback.MaximumQueryBytes} bytes, found {bytes}");
        if (!(feedback.Start >= 0 && feedback.End > feedback.Start && double.IsFinite(feedback.End)))
            throw Invalid($"a moment begins at 0 s or later and ends after it begins, found {feedback.Start} to {feedback.End}");
    }

    public static ClusterSearchException NoVideo(VideoId video) => new(ErrorCodes.VideoNotFound, $"the catalogue holds no video {video}; feedback is on one that it holds");

    private static ClusterSearchException Invalid(FormattableString message) => new(ErrorCodes.RequestInvalid, message.ToString(CultureInfo.InvariantCulture));
}
