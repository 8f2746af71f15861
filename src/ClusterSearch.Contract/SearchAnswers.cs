using System.Text.Json.Serialization;

namespace ClusterSearch.Contract;

/// <param name="Verdict">"ok", "weak" or "nothing".</param>
/// <param name="NextCursor">Null at the end.</param>
/// <param name="Explanation">How the answer was found, a line each; absent unless asked for.</param>
public sealed record AnswerDocument(
    string Verdict, IReadOnlyList<MomentDocument> Moments, CoverageDocument Coverage, TimingsDocument Timings, EncodingDocument? Encoding, string? NextCursor,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Explanation = null) : Document;

/// <summary>Scores of a query over one video, an entry a sample.</summary>
/// <param name="Times">Seconds from the first frame, ascending.</param>
public sealed record ScoresDocument(
    IReadOnlyList<double> Times, IReadOnlyList<float> Raw, IReadOnlyList<float> Smoothed, IReadOnlyList<RangeDocument> Shots) : Document;

/// <summary>Seconds [Start, End).</summary>
public sealed record RangeDocument(double Start, double End);

public sealed record PictureDocument(string Id, long Bytes) : Document;

/// <param name="Query">The rated query's parts as JSON.</param>
/// <param name="Verdict">"up" or "down".</param>
public sealed record RatingDocument(string VideoId, double Start, double End, string Verdict, string Query, DateTimeOffset At);

public sealed record RatingsDocument(IReadOnlyList<RatingDocument> Ratings) : Document;
