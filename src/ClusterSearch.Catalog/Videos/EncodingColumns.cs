using System.Text.Json;
using ClusterSearch.Catalog.Rows;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core;

namespace ClusterSearch.Catalog.Videos;

/// <summary>An encoding as its row holds it.</summary>
internal static class EncodingColumns
{
    public const string All = "id, model_hash, model_name, model_directory, precision, dimension, sampling, resize, preprocessing, labels, is_active";

    public static string? Labels(Encoding encoding) =>
        encoding.Labels is null ? null : JsonSerializer.Serialize(encoding.Labels, CatalogJson.Default.IReadOnlyListString);

    /// <exception cref="ClusterSearchException">archive.corrupt.</exception>
    public static EncodingRecord Read<TRow>(TRow row) where TRow : struct, IRow
    {
        var id = row.Text(0);
        Encoding encoding;
        try
        {
            encoding = new Encoding
            {
                ModelHash = row.Text(1),
                ModelName = row.Text(2),
                ModelDirectory = row.Text(3),
                Precision = row.Text(4),
                Dimension = row.Int32(5),
                Sampling = Core.Footage.Sampling.Parse(row.Text(6)),
                Resize = Enum.Parse<ResizeMode>(row.Text(7)),
                Preprocessing = row.Int32(8),
                Labels = row.TextOrNull(9) is { } labels ? JsonSerializer.Deserialize(labels, CatalogJson.Default.IReadOnlyListString) : null,
            };
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or JsonException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt, $"the catalogue's encoding {id} cannot be read ({fault.Message}); restore the catalogue from a backup", fault);
        }
        // The id names directories and collections: vectors found under it must mean what the row says.
        return string.Equals(encoding.Id, id, StringComparison.Ordinal)
            ? new EncodingRecord(encoding, row.Bool(10))
            : throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt, $"the catalogue's encoding {id} describes encoding {encoding.Id}; restore the catalogue from a backup");
    }
}
