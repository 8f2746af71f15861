using System.Text.Json.Serialization;

namespace ClusterSearch.Contract;

public sealed record RegisterBody(string? Root, string? Path, string? Camera, string? Zone, DateTimeOffset? RecordedAt, int? Priority);

/// <param name="Job">Its name, for GET /ingestion/jobs/{job}.</param>
public sealed record JobDocument(string Job) : Document;

/// <summary>What became of a job. The gateway remembers the last thousand that ended, until it ends itself.</summary>
/// <param name="State">"waiting", "running", "done" (some of its files may have failed: see the report) or "failed" as a whole.</param>
/// <param name="Progress">Null unless it runs.</param>
/// <param name="Report">Null unless it is done.</param>
/// <param name="Error">Null unless it failed.</param>
public sealed record JobStateDocument(string Job, string State, ProgressDocument? Progress, IngestDocument? Report, ErrorDetail? Error) : Document;

public sealed record UploadDocument(string Job, string Name, long Bytes) : Document;

/// <summary>How far ingestion is.</summary>
/// <param name="Stage">"discovering", "embedding", "indexing" or "done".</param>
/// <param name="SecondsLeft">Null until it can be told.</param>
/// <param name="Waiting">Jobs that wait behind the one that runs.</param>
/// <param name="FailedFiles">Of the job that runs, or of the last one.</param>
public sealed record ProgressDocument(
    bool Running, bool Paused, string Stage, double SecondsDone, double SecondsTotal, double TimesRealTime, double? SecondsLeft,
    int Videos, int VideosDone, string? Note, int Waiting, int FailedFiles) : Document
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RootDocument>? Roots { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FailureDocument>? Failures { get; init; }
}

public sealed record RootDocument(string Name, string Label);

/// <param name="VideoId">Null for a file that did not become a video.</param>
public sealed record FailureDocument(string Path, string Code, string Message, string? VideoId);
