using System.Text.Json.Serialization;
using ClusterSearch.Archive;

namespace ClusterSearch.Cli.Json;

/// <param name="Samples">Over all encodings.</param>
internal sealed record ReindexDocument(int Videos, long Samples, double ElapsedSeconds, IReadOnlyList<EncodingDocument> Encodings) : Document;

/// <param name="Videos">Of the encoding that was named, else of the one that searches use; so are samples and digest.</param>
/// <param name="Problems">What was found.</param>
/// <param name="Remaining">What a second look found after the repair; without one, the problems again.</param>
/// <param name="Leftovers">Files that do not count; a repair deletes them.</param>
/// <param name="Requeued">Chunks that the repair left to the next ingest.</param>
/// <param name="UnreachableVideos">Without a file on this machine.</param>
/// <param name="Digest">Null unless asked for.</param>
/// <param name="Encodings">Everything that was verified.</param>
internal sealed record VerifyDocument(
    bool Ok, int Videos, long Samples, IReadOnlyList<VerifyProblemDocument> Problems, IReadOnlyList<VerifyProblemDocument> Remaining,
    IReadOnlyList<VerifyProblemDocument> Leftovers, int Requeued, int UnreachableVideos, string? Digest, IReadOnlyList<EncodingVerificationDocument> Encodings) : Document
{
    public static VerifyDocument From(VerifyReport r) => new(
        r.Ok, r.Videos, r.Samples, [.. r.Problems.Select(VerifyProblemDocument.From)], [.. r.Remaining.Select(VerifyProblemDocument.From)],
        [.. r.Leftovers.Select(VerifyProblemDocument.From)], r.Requeued, r.UnreachableVideos, r.Digest,
        [.. r.Encodings.Select(e => new EncodingVerificationDocument(EncodingDocument.From(e.Encoding), e.IsActive, e.Videos, e.Samples, e.Problems, e.Digest))]);
}

/// <param name="Code">Stable, such as "vectors.broken".</param>
/// <param name="Kind">"ledger", "encoding", "vectors" or "index".</param>
/// <param name="Repair">What --repair does about it.</param>
internal sealed record VerifyProblemDocument(
    string Code, string Kind, string Message, string Repair, string? Encoding, string? VideoId, int? Chunk)
{
    public static VerifyProblemDocument From(VerifyProblem problem) => new(
        problem.Code, problem.Kind, problem.Message, problem.Repair, problem.EncodingId, problem.Video?.Value, problem.Chunk);
}

internal sealed record EncodingVerificationDocument(EncodingDocument Encoding, bool Active, int Videos, long Samples, int Problems, string? Digest);

/// <param name="Bytes">Of all vector files.</param>
/// <param name="BytesCopied">What was written; the rest is shared with the archive or was there.</param>
internal sealed record BackupDocument(string Directory, int Videos, int VectorFiles, long Bytes, long BytesCopied, DateTimeOffset MadeAt, double ElapsedSeconds) : Document
{
    public static BackupDocument From(BackupReport r) => new(r.Directory, r.Videos, r.Files, r.Bytes, r.BytesCopied, r.MadeAt, r.Elapsed.TotalSeconds);
}

internal sealed record RestoreDocument(string Directory, int Videos, long Samples, double ElapsedSeconds) : Document;

/// <param name="Settling">Still being written when the watch ended; so are growing ones.</param>
/// <param name="Registered">Taken in during the watch.</param>
internal sealed record WatchDocument(
    int Files, int Settling, int Growing, int Registered, int Closed, int Forgotten, long Samples, double ElapsedSeconds, IReadOnlyList<FileFaultDocument> Failures) : Document
{
    public static WatchDocument From(WatchReport r) => new(r.Status.Files, r.Status.Settling, r.Status.Growing, r.Registered, r.Closed, r.Forgotten,
        r.Status.Ledger.Samples, r.Elapsed.TotalSeconds, FileFaultDocument.From(r.Failures));
}

internal sealed record EvaluationDocument(
    IReadOnlyDictionary<string, double?> Metrics, IReadOnlyList<QueryEvaluationDocument> PerQuery,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EncodingDocument? Encoding) : Document
{
    public static EvaluationDocument From(EvaluationReport report) =>
        new(Finite(report.Metrics), [.. report.PerQuery.Select(q => new QueryEvaluationDocument(q.Query, Finite(q.Metrics)))],
            report.Encoding is { } e ? EncodingDocument.From(e) : null);

    /// <summary>JSON knows no NaN: a metric that no query defines is null.</summary>
    private static Dictionary<string, double?> Finite(IReadOnlyDictionary<string, double> metrics) =>
        metrics.ToDictionary(m => m.Key, m => double.IsFinite(m.Value) ? m.Value : (double?)null, StringComparer.Ordinal);
}

internal sealed record QueryEvaluationDocument(string Query, IReadOnlyDictionary<string, double?> Metrics);
