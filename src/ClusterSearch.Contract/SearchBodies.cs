namespace ClusterSearch.Contract;

/// <summary>What is asked of POST /search. <see cref="Limit"/> is 1 to 200.</summary>
/// <param name="Cursor">Of the answer before; the rest of the body stays as it was.</param>
/// <param name="Smoothing">"shot", "none" or "reference".</param>
/// <param name="Moments">"shots" or "reference".</param>
/// <param name="Encoding">An id, the beginning of one, or a model's name; null: the active one.</param>
/// <param name="Explain">Tell also how the answer was found.</param>
/// <param name="Exact">The index misses nothing, however long that takes.</param>
public sealed record SearchBody(
    IReadOnlyList<PartBody>? Parts, FilterBody? Filter, bool Fold, int? Limit, string? Cursor, string? Smoothing, string? Moments, string? Encoding,
    bool Explain = false, bool Exact = false);

/// <param name="Kind">"text", "picture" or "moment".</param>
/// <param name="Picture">Id of an uploaded picture.</param>
/// <param name="Video">Id of a video.</param>
/// <param name="Weight">Above 0; 1 unless said otherwise.</param>
public sealed record PartBody(string? Kind, string? Text, string? Picture, string? Video, double? Seconds, CropBody? Crop, bool Negative, double? Weight);

/// <summary>A region of a picture, in shares of its width and height: 0 to 1.</summary>
public sealed record CropBody(double X, double Y, double Width, double Height);

/// <param name="RecordedAfter">Wall-clock time, inclusive.</param>
/// <param name="RecordedBefore">Wall-clock time, exclusive.</param>
/// <param name="From">Seconds within a video, inclusive.</param>
/// <param name="To">Seconds within a video, exclusive.</param>
public sealed record FilterBody(
    IReadOnlyList<string>? Videos, IReadOnlyList<string>? Cameras, IReadOnlyList<string>? Zones,
    DateTimeOffset? RecordedAfter, DateTimeOffset? RecordedBefore, double? From, double? To);

public sealed record ScoresBody(IReadOnlyList<PartBody>? Parts, string? Encoding);

public sealed record RatingBody(string? VideoId, double? Start, double? End, string? Verdict, IReadOnlyList<PartBody>? Parts);

public sealed record ClipsBody(IReadOnlyList<ClipBody>? Moments);

public sealed record ClipBody(string? VideoId, double Start, double End);

/// <summary>Moments for one picture of their key frames.</summary>
public sealed record SheetBody(IReadOnlyList<SheetMomentBody>? Moments);

/// <summary>Seconds from the video's first frame.</summary>
public sealed record SheetMomentBody(string? VideoId, double Start, double End, double KeyFrame);
