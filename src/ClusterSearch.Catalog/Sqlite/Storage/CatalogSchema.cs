using System.Globalization;
using ClusterSearch.Core;

namespace ClusterSearch.Catalog.Sqlite.Storage;

/// <summary>
/// Which database this is, and bringing it up to date. The file says it itself: application_id that it is a catalogue,
/// user_version which tables it has, archive.format how the archive's directory around it is laid out. A database that
/// is older is migrated, step by step, in one transaction; one that is newer or somebody else's is refused untouched.
/// </summary>
internal static class CatalogSchema
{
    /// <summary>"CSca" in ASCII.</summary>
    public const int ApplicationId = 0x43536361;

    /// <summary>Statement lists; entry i leads from schema version i to i + 1. An entry that was released never changes.</summary>
    public static IReadOnlyList<string> Migrations { get; } = [SchemaVersion1.Sql, SchemaVersion2.Sql, SchemaVersion3.Sql, SchemaVersion4.Sql];

    public static async Task EnsureAsync(
        Database database, Session session, string path, IReadOnlyList<string> migrations, CancellationToken cancellation)
    {
        // One state: another process may be making this very catalogue.
        session.ExecuteScript("BEGIN");
        var found = Database.Complete(session, Read);
        var version = Check(found, path, migrations.Count);
        // Stays with the file; set before the first table so that every transaction of its life was logged ahead.
        if (!string.Equals(found.JournalMode, "wal", StringComparison.Ordinal))
            await database.RetryWhileBusyAsync(session, "PRAGMA journal_mode = WAL", cancellation);
        Configure(session);
        if (version == migrations.Count) return;
        await database.RetryWhileBusyAsync(session, "BEGIN IMMEDIATE", cancellation);
        Database.Complete(session, writer =>
        {
            // Another process may have migrated while this one waited for the lock.
            var since = Check(Read(writer), path, migrations.Count);
            for (var step = since; step < migrations.Count; step++) writer.ExecuteScript(migrations[step]);
            writer.ExecuteScript(string.Create(CultureInfo.InvariantCulture, $"""
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {migrations.Count};
                INSERT OR IGNORE INTO archive (only_row, format) VALUES (1, {SqliteCatalog.ArchiveFormat});
                """));
            return true;
        });
    }

    private static void Configure(Session session)
    {
        session.ExecuteScript("""
            PRAGMA foreign_keys = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -16000;
            PRAGMA journal_size_limit = 67108864;
            """);
    }

    private static Found Read(Session session) => new(
        session.First("PRAGMA application_id", row => row.Int32(0)),
        session.First("PRAGMA user_version", row => row.Int32(0)),
        session.First("SELECT count(*) FROM sqlite_schema", row => row.Int32(0)),
        session.First("PRAGMA journal_mode", row => row.Text(0)),
        session.Exists("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'archive'")
            ? session.First<int?>("SELECT format FROM archive", row => row.Int32(0))
            : null);

    /// <returns>The schema version that was found; 0 for a database without a table.</returns>
    private static int Check(Found found, string path, int newestVersion)
    {
        if (found is { ApplicationId: 0, Version: 0, Objects: 0 }) return 0;
        if (found.ApplicationId != ApplicationId)
            throw new ClusterSearchException(ErrorCodes.ArchiveVersion,
                $"expected a ClusterSearch catalogue, found another program's SQLite database (application id {found.ApplicationId}): {path}; name another archive");
        if (found.Version > newestVersion)
            throw new ClusterSearchException(ErrorCodes.ArchiveVersion,
                $"the catalogue has schema version {found.Version}, this program knows versions up to {newestVersion}: {path}; use a newer program");
        if (found.Version < 1 || found.Format is null)
            throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt,
                $"the catalogue does not say which version it has: {path}; restore it from a backup");
        if (found.Format != SqliteCatalog.ArchiveFormat)
            throw new ClusterSearchException(ErrorCodes.ArchiveVersion,
                $"the archive has format {found.Format}, this program reads format {SqliteCatalog.ArchiveFormat}: {path}; use a program that fits, or ingest into a new archive");
        return found.Version;
    }

    private readonly record struct Found(int ApplicationId, int Version, int Objects, string? JournalMode, int? Format);
}
