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
