using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Catalog.Postgres.Videos;

/// <summary>Encodings as they were first used; what is put again under the same id changes nothing. At most one is active.</summary>
internal static class EncodingRows
{
    public static Task PutAsync(PostgresSession session, Encoding encoding) => session.ExecuteAsync($"""
        INSERT INTO encoding ({EncodingColumns.All})
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NOT EXISTS (SELECT 1 FROM encoding WHERE is_active))
        ON CONFLICT (id) DO NOTHING
        """,
        encoding.Id, encoding.ModelHash, encoding.ModelName, encoding.ModelDirectory, encoding.Precision, encoding.Dimension, encoding.Sampling.ToString(),
        encoding.Resize.ToString(), encoding.Preprocessing,
        EncodingColumns.Labels(encoding));

    public static Task<List<EncodingRecord>> ListAsync(PostgresSession session) =>
        session.ListAsync($"SELECT {EncodingColumns.All} FROM encoding ORDER BY number", EncodingColumns.Read);

    public static Task<EncodingRecord?> ActiveAsync(PostgresSession session) =>
        session.FirstAsync($"SELECT {EncodingColumns.All} FROM encoding WHERE is_active", EncodingColumns.Read);

    public static async Task ActivateAsync(PostgresSession session, string encodingId)
    {
        await RequireAsync(session, encodingId);
        await session.ExecuteAsync("UPDATE encoding SET is_active = false WHERE is_active AND id <> $1", encodingId);
        await session.ExecuteAsync("UPDATE encoding SET is_active = true WHERE id = $1 AND NOT is_active", encodingId);
    }

    /// <summary>With its plans and chunks (by cascade). Unknown ones are no error.</summary>
    /// <exception cref="ClusterSearchException">archive.encoding for the active one.</exception>
    public static async Task DropAsync(PostgresSession session, string encodingId)
    {
        // Held, so that it does not become the active one meanwhile.
        if (await session.FirstAsync("SELECT is_active FROM encoding WHERE id = $1 FOR UPDATE", row => row.Bool(0), encodingId))
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding, $"encoding {encodingId} is the one that searches use; make them use another one first (`clustersearch models use`)");
        await session.ExecuteAsync("DELETE FROM plan WHERE encoding = $1", encodingId);
        await session.ExecuteAsync("DELETE FROM encoding WHERE id = $1", encodingId);
    }

    /// <exception cref="ClusterSearchException">archive.encoding.</exception>
    public static async Task RequireAsync(PostgresSession session, string encodingId)
    {
        if (!await session.ExistsAsync("SELECT 1 FROM encoding WHERE id = $1", encodingId))
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding, $"the catalogue knows no encoding '{encodingId}'; put it first");
    }
}
