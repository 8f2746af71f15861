using System.Text.Json.Serialization;
using ClusterSearch.Contract;

namespace ClusterSearch.Gateway;

/// <summary>What is asked of POST /search. <see cref="Limit"/> is 1 to 200.</summary>
/// <param name="Cursor">Of the answer before; the rest of the body stays as it was.</param>
/// <param name="Smoothing">"shot", "none" or "reference".</param>
/// <param name="Moments">"shots" or "reference".</param>
/// <param name="Encoding">An id, the beginning of one, or a model's name; null: the active one.</param>
public sealed record SearchBody(
    IReadOnlyList<PartBody>? Parts, FilterBody? Filter, bool Fold, int? Limit, string? Cursor, string? Smoothing, string? Moments, string? Encoding);

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

/// <param name="Verdict">"ok", "weak" or "nothing".</param>
/// <param name="NextCursor">Null at the end.</param>
public sealed record AnswerDocument(
    string Verdict, IReadOnlyList<MomentDocument> Moments, CoverageDocument Coverage, TimingsDocument Timings, EncodingDocument? Encoding, string? NextCursor) : Document;

public sealed record ScoresBody(IReadOnlyList<PartBody>? Parts, string? Encoding);

/// <summary>Scores of a query over one video, an entry a sample.</summary>
/// <param name="Times">Seconds from the first frame, ascending.</param>
public sealed record ScoresDocument(
    IReadOnlyList<double> Times, IReadOnlyList<float> Raw, IReadOnlyList<float> Smoothed, IReadOnlyList<RangeDocument> Shots) : Document;

/// <summary>Seconds [Start, End).</summary>
public sealed record RangeDocument(double Start, double End);

public sealed record PictureDocument(string Id, long Bytes) : Document;

public sealed record ClipsBody(IReadOnlyList<ClipBody>? Moments);

public sealed record ClipBody(string? VideoId, double Start, double End);

public sealed record RatingBody(string? VideoId, double? Start, double? End, string? Verdict, IReadOnlyList<PartBody>? Parts);

/// <param name="Query">The rated query's parts as JSON.</param>
/// <param name="Verdict">"up" or "down".</param>
public sealed record RatingDocument(string VideoId, double Start, double End, string Verdict, string Query, DateTimeOffset At);

public sealed record RatingsDocument(IReadOnlyList<RatingDocument> Ratings) : Document;

public sealed record RegisterBody(string? Root, string? Path, string? Camera, string? Zone, DateTimeOffset? RecordedAt, int? Priority);

public sealed record JobDocument(string Job) : Document;

public sealed record UploadDocument(string Job, string Name, long Bytes) : Document;

/// <summary>How far ingestion is.</summary>
/// <param name="Stage">"discovering", "embedding", "indexing" or "done".</param>
/// <param name="SecondsLeft">Null until it can be told.</param>
/// <param name="Waiting">Jobs that wait behind the one that runs.</param>
public sealed record ProgressDocument(
    bool Running, bool Paused, string Stage, double SecondsDone, double SecondsTotal, double TimesRealTime, double? SecondsLeft,
    int Videos, int VideosDone, string? Note, int Waiting) : Document
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RootDocument>? Roots { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FailureDocument>? Failures { get; init; }
}

public sealed record RootDocument(string Name, string Label);

/// <param name="VideoId">Null for a file that did not become a video.</param>
public sealed record FailureDocument(string Path, string Code, string Message, string? VideoId);

public sealed record PauseDocument(bool Paused) : Document;

public sealed record KeyBody(string? Key);

public sealed record SessionDocument(string Name, string Role) : Document;

/// <param name="Role">What the caller may do: "read", "ingest" or "admin".</param>
/// <param name="MaximumMoments">The most that a search gives over all its pages.</param>
public sealed record AboutDocument(string Version, string Role, bool KeysNeeded, bool Uploads, long MaximumUploadBytes, int MaximumMoments) : Document;

public sealed record EncodingsDocument(IReadOnlyList<EncodingStateDocument> Encodings) : Document;

public sealed record EncodingStateDocument(EncodingDocument Encoding, bool Active, int CompleteVideos, int TotalVideos, long Samples);

public sealed record HealthDocument(string Status) : Document;

/// <summary>What the gateway measures, by the names of its telemetry.</summary>
/// <param name="At">Seconds since 1970.</param>
public sealed record OperationsDocument(
    double At, double UptimeSeconds, LatencyDocument Latency, long Searches, long SamplesEmbedded, double FootageEmbeddedSeconds,
    IndexDocument Index, long Failures, long MemoryBytes, IReadOnlyList<WorkerDocument> Workers, ChunkCountsDocument Chunks) : Document;

/// <summary>Milliseconds over the last ten minutes; null where nothing was asked.</summary>
public sealed record LatencyDocument(double? P50, double? P95, double? P99);

public sealed record IndexDocument(long Bytes, long Samples);

/// <param name="State">"starting", "working", "idle", "stopping", "stopped", "faulted" or "lost".</param>
public sealed record WorkerDocument(string Name, string State, string? Device, long? Samples);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(SearchBody))]
[JsonSerializable(typeof(AnswerDocument))]
[JsonSerializable(typeof(ScoresBody))]
[JsonSerializable(typeof(ScoresDocument))]
[JsonSerializable(typeof(PictureDocument))]
[JsonSerializable(typeof(ClipsBody))]
[JsonSerializable(typeof(RatingBody))]
[JsonSerializable(typeof(RatingsDocument))]
[JsonSerializable(typeof(RegisterBody))]
[JsonSerializable(typeof(JobDocument))]
[JsonSerializable(typeof(UploadDocument))]
[JsonSerializable(typeof(ProgressDocument))]
[JsonSerializable(typeof(PauseDocument))]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(SessionDocument))]
[JsonSerializable(typeof(AboutDocument))]
[JsonSerializable(typeof(EncodingsDocument))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(OperationsDocument))]
[JsonSerializable(typeof(VideosDocument))]
[JsonSerializable(typeof(VideoDetailDocument))]
[JsonSerializable(typeof(RetryDocument))]
[JsonSerializable(typeof(RemovedDocument))]
internal sealed partial class GatewayJson : JsonSerializerContext;
