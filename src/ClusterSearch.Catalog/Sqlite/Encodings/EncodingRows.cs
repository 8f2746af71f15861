using System.Text.Json;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Sqlite.Videos;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Sqlite.Encodings;

/// <summary>Encodings as they were first used; what is put again under the same id changes nothing. At most one is active.</summary>
internal static class EncodingRows
{
    private const string AllColumns =
        "id, model_hash, model_name, model_directory, precision, dimension, sampling, resize, preprocessing, labels, is_active";

    public static void Put(Session session, Encoding encoding) => session.Execute("""
        INSERT INTO encoding (id, model_hash, model_name, model_directory, precision, dimension, sampling, resize, preprocessing, labels, is_active)
        VALUES ($id, $hash, $name, $directory, $precision, $dimension, $sampling, $resize, $preprocessing, $labels,
            NOT EXISTS (SELECT 1 FROM encoding WHERE is_active = 1))
        ON CONFLICT (id) DO NOTHING
        """,
        ("$id", encoding.Id), ("$hash", encoding.ModelHash), ("$name", encoding.ModelName), ("$directory", encoding.ModelDirectory),
        ("$precision", encoding.Precision), ("$dimension", encoding.Dimension), ("$sampling", encoding.Sampling.ToString()),
        ("$resize", encoding.Resize.ToString()), ("$preprocessing", encoding.Preprocessing),
        ("$labels", encoding.Labels is null ? null : JsonSerializer.Serialize(encoding.Labels, CatalogJson.Default.IReadOnlyListString)));

    public static List<EncodingRecord> List(Session session) =>
        session.List($"SELECT {AllColumns} FROM encoding ORDER BY number", Read);

    public static EncodingRecord? Active(Session session) =>
        session.First($"SELECT {AllColumns} FROM encoding WHERE is_active = 1", Read);

    public static string? ActiveId(Session session) => session.First("SELECT id FROM encoding WHERE is_active = 1", row => row.Text(0));

    public static void Activate(Session session, string encodingId)
    {
        Require(session, encodingId);
        session.Execute("UPDATE encoding SET is_active = 0 WHERE is_active = 1 AND id <> $id", ("$id", encodingId));
        session.Execute("UPDATE encoding SET is_active = 1 WHERE id = $id AND is_active = 0", ("$id", encodingId));
    }

    /// <summary>With its plans and chunks (by cascade). Unknown ones are no error.</summary>
    /// <exception cref="ClusterSearchException">archive.encoding for the active one.</exception>
    public static void Drop(Session session, string encodingId)
    {
        if (ActiveId(session) == encodingId)
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding, $"encoding '{encodingId}' is the active one; activate another first");
        session.Execute("DELETE FROM plan WHERE encoding = $id", ("$id", encodingId));
        session.Execute("DELETE FROM encoding WHERE id = $id", ("$id", encodingId));
    }

    /// <exception cref="ClusterSearchException">archive.encoding.</exception>
    public static void Require(Session session, string encodingId)
    {
        if (!session.Exists("SELECT 1 FROM encoding WHERE id = $id", ("$id", encodingId)))
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding, $"the catalogue knows no encoding '{encodingId}'; put it first");
    }

    private static EncodingRecord Read(Row row) => EncodingColumns.Read(new EncodingColumns(
        row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4), row.Int32(5), row.Text(6),
        row.Text(7), row.Int32(8), row.TextOrNull(9)), row.Bool(10));
}
