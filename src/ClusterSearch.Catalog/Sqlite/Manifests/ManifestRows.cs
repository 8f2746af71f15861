using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Sqlite.Workers;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Catalog.Sqlite.Manifests;

/// <summary>The current manifest of each index.</summary>
internal static class ManifestRows
{
    public static string? Current(Session session, string indexName) =>
        session.First("SELECT manifest FROM manifest WHERE index_name = $index", row => row.Text(0), ("$index", indexName));

    public static List<NamedManifest> List(Session session) =>
        session.List("SELECT index_name, manifest FROM manifest ORDER BY index_name", row => new NamedManifest(row.Text(0), row.Text(1)));

    public static bool Publish(Session session, string indexName, string? previous, string? next, RoleLease? writer)
    {
        if (writer is not null && !RoleRows.IsHeld(session, writer)) return false;
        var current = Current(session, indexName);
        if (string.Equals(current, next, StringComparison.Ordinal)) return true;
        if (!string.Equals(current, previous, StringComparison.Ordinal)) return false;
        if (next is null)
            session.Execute("DELETE FROM manifest WHERE index_name = $index", ("$index", indexName));
        else
            session.Execute("""
                INSERT INTO manifest (index_name, manifest) VALUES ($index, $next)
                ON CONFLICT (index_name) DO UPDATE SET manifest = excluded.manifest
                """, ("$index", indexName), ("$next", next));
        return true;
    }
}
