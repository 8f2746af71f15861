using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Catalog.Postgres.Workers;

/// <summary>The current manifest of each index.</summary>
internal static class ManifestRows
{
    public static Task<string?> CurrentAsync(PostgresSession session, string indexName) =>
        session.FirstAsync("SELECT manifest FROM manifest WHERE index_name = $1", row => row.GetString(0), indexName);

    public static Task<List<NamedManifest>> ListAsync(PostgresSession session) =>
        session.ListAsync("SELECT index_name, manifest FROM manifest ORDER BY index_name", row => new NamedManifest(row.GetString(0), row.GetString(1)));

    public static async Task<bool> PublishAsync(PostgresSession session, string indexName, string? previous, string? next, RoleLease? writer)
    {
        if (writer is not null && !await RoleRows.LockHeldAsync(session, writer)) return false;
        var changed = (previous, next) switch
        {
            (null, null) => 0,
            (null, _) => await session.ExecuteAsync("INSERT INTO manifest (index_name, manifest) VALUES ($1, $2) ON CONFLICT DO NOTHING", indexName, next),
            (_, null) => await session.ExecuteAsync("DELETE FROM manifest WHERE index_name = $1 AND manifest = $2", indexName, previous),
            _ => await session.ExecuteAsync("UPDATE manifest SET manifest = $3 WHERE index_name = $1 AND manifest = $2", indexName, previous, next),
        };
        return changed > 0 || string.Equals(await CurrentAsync(session, indexName), next, StringComparison.Ordinal);
    }
}
