using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Videos;

/// <summary>An encoding as its row holds it.</summary>
internal sealed record EncodingColumns(
    string Id, string ModelHash, string ModelName, string ModelDirectory, string Precision, int Dimension, string Sampling, string Resize, int Preprocessing, string? Labels)
{
    /// <exception cref="ClusterSearchException">archive.corrupt.</exception>
    public static EncodingRecord Read(EncodingColumns row, bool isActive)
    {
        Encoding encoding;
        try
        {
            encoding = new Encoding
            {
                ModelHash = row.ModelHash,
                ModelName = row.ModelName,
                ModelDirectory = row.ModelDirectory,
                Precision = row.Precision,
                Dimension = row.Dimension,
                Sampling = Core.Footage.Sampling.Parse(row.Sampling),
                Resize = Enum.Parse<ResizeMode>(row.Resize),
                Preprocessing = row.Preprocessing,
                Labels = row.Labels is { } labels ? JsonSerializer.Deserialize(labels, CatalogJson.Default.IReadOnlyListString) : null,
            };
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or JsonException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt, $"the catalogue's encoding {row.Id} cannot be read ({fault.Message}); restore the catalogue from a backup", fault);
        }
        // The id names directories and collections: vectors found under it must mean what the row says.
        return string.Equals(encoding.Id, row.Id, StringComparison.Ordinal)
            ? new EncodingRecord(encoding, isActive)
            : throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt, $"the catalogue's encoding {row.Id} describes encoding {encoding.Id}; restore the catalogue from a backup");
    }
}
