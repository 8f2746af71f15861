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
    public static void Put(Session session, Encoding encoding) => session.Execute($"""
        INSERT INTO encoding ({EncodingColumns.All})
        VALUES ($id, $hash, $name, $directory, $precision, $dimension, $sampling, $resize, $preprocessing, $labels,
            NOT EXISTS (SELECT 1 FROM encoding WHERE is_active = 1))
        ON CONFLICT (id) DO NOTHING
        """,
        ("$id", encoding.Id), ("$hash", encoding.ModelHash), ("$name", encoding.ModelName), ("$directory", encoding.ModelDirectory),
        ("$precision", encoding.Precision), ("$dimension", encoding.Dimension), ("$sampling", encoding.Sampling.ToString()),
        ("$resize", encoding.Resize.ToString()), ("$preprocessing", encoding.Preprocessing),
        ("$labels", EncodingColumns.Labels(encoding)));

    public static List<EncodingRecord> List(Session session) =>
        session.List($"SELECT {EncodingColumns.All} FROM encoding ORDER BY number", EncodingColumns.Read);

    public static EncodingRecord? Active(Session session) =>
        session.First($"SELECT {EncodingColumns.All} FROM encoding WHERE is_active = 1", EncodingColumns.Read);

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
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding, $"encoding {encodingId} is the one that searches use; make them use another one first (`clustersearch models use`)");
        session.Execute("DELETE FROM plan WHERE encoding = $id", ("$id", encodingId));
        session.Execute("DELETE FROM encoding WHERE id = $id", ("$id", encodingId));
    }

    /// <exception cref="ClusterSearchException">archive.encoding.</exception>
    public static void Require(Session session, string encodingId)
    {
        if (!session.Exists("SELECT 1 FROM encoding WHERE id = $id", ("$id", encodingId)))
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding, $"the catalogue knows no encoding '{encodingId}'; put it first");
    }
}
