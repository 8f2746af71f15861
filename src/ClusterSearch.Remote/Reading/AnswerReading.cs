using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Ranking;

namespace ClusterSearch.Remote.Reading;

/// <summary>Answers as what they were written from.</summary>
internal static class AnswerReading
{
    public static SearchAnswer Answer(AnswerDocument first, IReadOnlyList<Moment> moments, SearchTimings timings) => new()
    {
        Verdict = Enum.TryParse<Verdict>(first.Verdict, ignoreCase: true, out var verdict) ? verdict : Verdict.Weak,
        Moments = moments,
        Coverage = new Coverage(first.Coverage.Videos, first.Coverage.Searchable, first.Coverage.Failed, first.Coverage.Samples, first.Coverage.FilteredOut, first.Coverage.MissingSeconds)
        {
            UnansweredShards = first.Coverage.UnansweredShards ?? [],
            UnansweredSamples = first.Coverage.UnansweredSamples ?? 0,
            DamagedParts = first.Coverage.DamagedParts ?? [],
        },
        Timings = timings,
        Explanation = first.Explanation ?? [],
        Encoding = first.Encoding is { } e ? StatusReading.Encoding(e) : null,
    };

    public static Moment Moment(MomentDocument d) => new()
    {
        Rank = d.Rank, Video = VideoId.Parse(d.VideoId), FileName = d.Video, Path = d.Path, Start = d.Start, End = d.End, KeyFrame = d.KeyFrame, Score = d.Score,
        Relevance = d.Relevance, Labels = VideoReading.Labels(d.Labels), Similar = [.. d.Similar.Select(Moment)], RecordedAt = d.RecordedAt,
    };

    public static SearchTimings Sum(IReadOnlyList<TimingsDocument> pages) => new(
        pages.Sum(t => t.EmbedMs), pages.Sum(t => t.SearchMs), pages.Sum(t => t.MomentsMs), pages.Sum(t => t.TotalMs));
}
