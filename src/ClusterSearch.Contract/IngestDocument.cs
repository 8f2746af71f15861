using System.Text.Json.Serialization;
using ClusterSearch.Archive;

namespace ClusterSearch.Contract;

/// <param name="Seconds">Footage worked on.</param>
/// <param name="TimesRealTime">Null where no time passed.</param>
public sealed record IngestDocument(
    int Files, int Added, int Unchanged, int Moved, long Samples, double Seconds, double ElapsedSeconds, double? TimesRealTime,
    IReadOnlyList<FileFaultDocument> Failures, IReadOnlyList<FileFaultDocument> Warnings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EncodingProgressDocument? Encoding) : Document
{
    public static IngestDocument From(IngestReport r) => new(
        r.Files, r.Added, r.Unchanged, r.Moved, r.Samples, r.SecondsOfFootage, r.Elapsed.TotalSeconds,
        r.Elapsed > TimeSpan.Zero ? r.SecondsOfFootage / r.Elapsed.TotalSeconds : null,
        FileFaultDocument.From(r.Failures), FileFaultDocument.From(r.Warnings), r.Encoding is { } e ? EncodingProgressDocument.From(e) : null);
}
