using System.Text.Json.Serialization;
using ClusterSearch.Archive;

namespace ClusterSearch.Cli.Json;

/// <summary>Stands beside an exported matrix: row i of the matrix is sample i of the list.</summary>
/// <param name="Video">File name.</param>
/// <param name="Encoding">The encoding's id.</param>
/// <param name="Vectors">"raw" or "smoothed".</param>
internal sealed record VectorSidecarDocument(
    string Video, string VideoId, string Encoding, string Vectors, int Dimension, IReadOnlyList<VectorSampleDocument> Samples) : Document
{
    public static VectorSidecarDocument From(VectorExport export, string fileName, bool smoothed)
    {
        var timeBase = export.TimeBase.ToString();
        return new(fileName, export.Video.Value, export.EncodingId, smoothed ? "smoothed" : "raw", export.Dimension,
            [.. export.Samples.Select(s => new VectorSampleDocument(s.Number, s.Ticks, timeBase, s.Seconds))]);
    }
}

internal sealed record VectorSampleDocument(long Number, long Ticks, string TimeBase, double Seconds);

/// <param name="File">The .npy file.</param>
/// <param name="Sidecar">The .json file beside it; absent for a query's vector.</param>
/// <param name="Shape">Rows and columns.</param>
internal sealed record ExportDocument(
    string File,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sidecar,
    IReadOnlyList<int> Shape,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? VideoId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Encoding) : Document;
