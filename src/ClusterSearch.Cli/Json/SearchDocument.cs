using System.Text.Json.Serialization;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Commands;

namespace ClusterSearch.Cli.Json;

/// <param name="Query">The text where that is all; else one line that names every part.</param>
/// <param name="Encoding">The one that was searched.</param>
/// <param name="Sheet">Path of the contact sheet; absent unless asked for.</param>
/// <param name="Explanation">Absent unless asked for.</param>
internal sealed record SearchDocument(
    string Query,
    IReadOnlyList<QueryPartDocument> Parts,
    string Verdict,
    IReadOnlyList<MomentDocument> Moments,
    CoverageDocument Coverage,
    TimingsDocument Timings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EncodingDocument? Encoding,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sheet,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Explanation) : Document
{
    public static SearchDocument From(SearchRequest request, SearchAnswer answer, WrittenPictures written, bool explain) => new(
        QueryWording.OneLine(request.Parts),
        [.. request.Parts.Select(QueryPartDocument.From)],
        answer.Verdict.ToString().ToLowerInvariant(),
        [.. answer.Moments.Select(m => MomentDocument.From(m, written.ClipOf(m)))],
        CoverageDocument.From(answer.Coverage),
        TimingsDocument.From(answer.Timings),
        answer.Encoding is { } encoding ? EncodingDocument.From(encoding) : null,
        written.Sheet,
        explain ? answer.Explanation : null);
}

/// <param name="Kind">"text", "image" or "like".</param>
/// <param name="Value">The text, the picture's path, or VIDEO@SECONDS.</param>
internal sealed record QueryPartDocument(string Kind, string Value, double Weight, bool Negative)
{
    public static QueryPartDocument From(QueryPart part) =>
        new(QueryWording.Kind(part), QueryWording.Value(part), part.Weight, part.IsNegative);
}

/// <param name="Video">File name.</param>
/// <param name="KeyFrame">Seconds of the best sample's frame.</param>
/// <param name="Relevance">0 to 1; null where the model has no calibration.</param>
/// <param name="Similar">Moments folded under this one.</param>
/// <param name="Clip">Path of the clip; absent unless one was written.</param>
internal sealed record MomentDocument(
    int Rank, string Video, string VideoId, string? Path, double Start, double End, double KeyFrame, float Score, double? Relevance,
    IReadOnlyList<LabelDocument> Labels, IReadOnlyList<MomentDocument> Similar, DateTimeOffset? RecordedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Clip)
{
    public static MomentDocument From(Moment moment, string? clip = null) => new(
        moment.Rank, moment.FileName, moment.Video.Value, moment.Path, moment.Start, moment.End, moment.KeyFrame, moment.Score,
        moment.Relevance, LabelDocument.From(moment.Labels), [.. moment.Similar.Select(s => From(s))], moment.RecordedAt, clip);
}

internal sealed record LabelDocument(string Name, float Score)
{
    public static IReadOnlyList<LabelDocument> From(IReadOnlyList<NamedLabel> labels) =>
        [.. labels.Select(l => new LabelDocument(l.Name, l.Score))];
}

internal sealed record CoverageDocument(int Videos, int Searchable, int Failed, long Samples, long FilteredOut, double MissingSeconds)
{
    public static CoverageDocument From(Coverage c) => new(c.Videos, c.Searchable, c.Failed, c.Samples, c.FilteredOut, c.MissingSeconds);
}

internal sealed record TimingsDocument(double EmbedMs, double SearchMs, double MomentsMs, double TotalMs)
{
    public static TimingsDocument From(SearchTimings t) => new(t.EmbedMs, t.SearchMs, t.MomentsMs, t.TotalMs);
}
