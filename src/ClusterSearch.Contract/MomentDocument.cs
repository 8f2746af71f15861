using System.Text.Json.Serialization;
using ClusterSearch.Archive;

namespace ClusterSearch.Contract;

/// <param name="Video">File name.</param>
/// <param name="KeyFrame">Seconds of the best sample's frame.</param>
/// <param name="Relevance">0 to 1; null where the model has no calibration.</param>
/// <param name="Similar">Moments folded under this one.</param>
/// <param name="Clip">Path of the clip; absent unless one was written.</param>
public sealed record MomentDocument(
    int Rank, string Video, string VideoId, string? Path, double Start, double End, double KeyFrame, float Score, double? Relevance,
    IReadOnlyList<LabelDocument> Labels, IReadOnlyList<MomentDocument> Similar, DateTimeOffset? RecordedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Clip)
{
    public static MomentDocument From(Moment moment, string? clip = null) => new(
        moment.Rank, moment.FileName, moment.Video.Value, moment.Path, moment.Start, moment.End, moment.KeyFrame, moment.Score,
        moment.Relevance, LabelDocument.From(moment.Labels), [.. moment.Similar.Select(s => From(s))], moment.RecordedAt, clip);
}

public sealed record LabelDocument(string Name, float Score)
{
    public static IReadOnlyList<LabelDocument> From(IReadOnlyList<NamedLabel> labels) =>
        [.. labels.Select(l => new LabelDocument(l.Name, l.Score))];
}

public sealed record CoverageDocument(int Videos, int Searchable, int Failed, long Samples, long FilteredOut, double MissingSeconds)
{
    /// <summary>Parts of the archive that did not answer; absent where all did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? UnansweredShards { get; init; }

    /// <summary>Samples of these parts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? UnansweredSamples { get; init; }

    /// <summary>Parts of the index that were found damaged and left out, a line each, at most a hundred; absent where none were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? DamagedParts { get; init; }

    public static CoverageDocument From(Coverage c) => new(c.Videos, c.Searchable, c.Failed, c.Samples, c.FilteredOut, c.MissingSeconds)
    {
        UnansweredShards = c.UnansweredShards.Count > 0 ? c.UnansweredShards : null,
        UnansweredSamples = c.UnansweredShards.Count > 0 ? c.UnansweredSamples : null,
        DamagedParts = c.DamagedParts.Count > 0 ? c.DamagedParts : null,
    };
}

public sealed record TimingsDocument(double EmbedMs, double SearchMs, double MomentsMs, double TotalMs)
{
    public static TimingsDocument From(SearchTimings t) => new(t.EmbedMs, t.SearchMs, t.MomentsMs, t.TotalMs);
}
