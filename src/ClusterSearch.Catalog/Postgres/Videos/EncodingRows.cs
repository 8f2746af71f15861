using System.Text.Json;
using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using Npgsql;

namespace ClusterSearch.Catalog.Postgres.Videos;

/// <summary>Encodings as they were first used; what is put again under the same id changes nothing. At most one is active.</summary>
internal static class EncodingRows
{
    private const string AllColumns =
        "id, model_hash, model_name, model_directory, precision, dimension, sampling, resize, preprocessing, labels, is_active";

    public static Task PutAsync(PostgresSession session, Encoding encoding) => session.ExecuteAsync("""
        INSERT INTO encoding (id, model_hash, model_name, model_directory, precision, dimension, sampling, resize, preprocessing, labels, is_active)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NOT EXISTS (SELECT 1 FROM encoding WHERE is_active))
        ON CONFLICT (id) DO NOTHING
        """,
        encoding.Id, encoding.ModelHash, encoding.ModelName, encoding.ModelDirectory, encoding.Precision, encoding.Dimension, encoding.Sampling.ToString(),
        encoding.Resize.ToString(), encoding.Preprocessing,
        encoding.Labels is null ? null : JsonSerializer.Serialize(encoding.Labels, CatalogJson.Default.IReadOnlyListString));

    public static Task<List<EncodingRecord>> ListAsync(PostgresSession session) =>
        session.ListAsync($"SELECT {AllColumns} FROM encoding ORDER BY number", Read);

    public static Task<EncodingRecord?> ActiveAsync(PostgresSession session) =>
        session.FirstAsync($"SELECT {AllColumns} FROM encoding WHERE is_active", Read);

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
        if (await session.FirstAsync("SELECT is_active FROM encoding WHERE id = $1 FOR UPDATE", row => row.GetBoolean(0), encodingId))
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding, $"encoding '{encodingId}' is the active one; activate another first");
        await session.ExecuteAsync("DELETE FROM plan WHERE encoding = $1", encodingId);
        await session.ExecuteAsync("DELETE FROM encoding WHERE id = $1", encodingId);
    }

    /// <exception cref="ClusterSearchException">archive.encoding.</exception>
    public static async Task RequireAsync(PostgresSession session, string encodingId)
    {
        if (!await session.ExistsAsync("SELECT 1 FROM encoding WHERE id = $1", encodingId))
            throw new ClusterSearchException(ErrorCodes.ArchiveEncoding, $"the catalogue knows no encoding '{encodingId}'; put it first");
    }

    private static EncodingRecord Read(NpgsqlDataReader row) => EncodingColumns.Read(new EncodingColumns(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetInt32(5), row.GetString(6),
        row.GetString(7), row.GetInt32(8), row.TextOrNull(9)), row.GetBoolean(10));
}
