using System.Globalization;
using ClusterSearch.Core;
using Npgsql;

namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>
/// Which catalogue this is, and bringing it up to date. The archive table says whose tables these are, which version they have
/// and to which archive directory they belong. Migrations run under an advisory lock, in one transaction: of several
/// processes at once the first one migrates and the others find it done.
/// </summary>
internal static class CatalogSchema
{
    /// <summary>What the claims were measured on and what is maintained upstream; older ones also clean their indexes less eagerly.</summary>
    public const int MinimumServerVersion = 140000;

    private const string ApplicationName = "clustersearch";

    /// <summary>Statement lists; entry i leads from schema version i to i + 1. An entry that was released never changes.</summary>
    public static IReadOnlyList<string> Migrations { get; } = [SchemaVersion1.Sql, SchemaVersion2.Sql, SchemaVersion3.Sql];

    /// <param name="migrations">See <see cref="Migrations"/>.</param>
    public static async Task EnsureAsync(
        PostgresDatabase database, PostgresCatalogOptions options, IReadOnlyList<string> migrations, CancellationToken cancellation)
    {
        var found = await database.RunAsync(CallKind.Reading, async session =>
        {
            await CheckServerAsync(session, database.Address);
            return await ReadAsync(session, database.Address);
        }, cancellation);
        Check(found, database.Address, migrations.Count);
        if (found is null && !options.CreateIfMissing)
            throw new ClusterSearchException(ErrorCodes.ArchiveNotFound,
                $"expected a catalogue, found none: {database.Address}; ingest footage first, or name another database or schema");
        // The directory's id before the database's: a crash between leaves a directory that any new database may adopt.
        var id = options.ArchiveDirectory is not { } directory ? Guid.NewGuid()
            : found is null ? ArchiveIdentity.ReadOrMake(directory)
            : ArchiveIdentity.Read(directory);
        if (found?.Version != migrations.Count)
            found = await database.RunAsync(CallKind.Sweeping, session => MigrateAsync(session, database.Address, migrations, id ?? Guid.Empty), cancellation);
        if (options.ArchiveDirectory is not null && found.Id != id) throw Mismatch(database.Address, found.Id, options.ArchiveDirectory, id);
    }

    private static async Task CheckServerAsync(PostgresSession session, ServerAddress address)
    {
        var (version, product) = await session.FirstAsync("SELECT current_setting('server_version_num')::integer, version()", row => (row.Int32(0), row.Text(1)));
        if (!product.StartsWith("PostgreSQL ", StringComparison.Ordinal) || version < MinimumServerVersion)
            throw new ClusterSearchException(ErrorCodes.ArchiveVersion,
                $"expected PostgreSQL {MinimumServerVersion / 10000} or newer, found {product.Split(',')[0]}: {address}; use a newer server");
    }

    private static async Task<Found?> ReadAsync(PostgresSession session, ServerAddress address)
    {
        var tables = await session.ListAsync(
            "SELECT c.relname::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v') ORDER BY 1",
            row => row.Text(0), address.Schema);
        if (tables.Count == 0) return null;
        if (!tables.Contains("archive")) throw Foreign(address, tables[0]);
        try
        {
            return await session.FirstAsync("SELECT application, schema_version, format, id FROM archive",
                row => new Found(row.Text(0), row.Int32(1), row.Int32(2), row.Guid(3)))
                ?? throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt, $"the catalogue does not say which version it has: {address}; restore it from a backup");
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.UndefinedColumn)
        {
            throw Foreign(address, "archive");
        }
    }

    private static void Check(Found? found, ServerAddress address, int newestVersion)
    {
        if (found is null) return;
        if (!string.Equals(found.Application, ApplicationName, StringComparison.Ordinal)) throw Foreign(address, "archive");
        if (found.Version > newestVersion)
            throw new ClusterSearchException(ErrorCodes.ArchiveVersion,
                $"the catalogue has schema version {found.Version}, this program knows versions up to {newestVersion}: {address}; use a newer program");
        if (found.Format != SqliteCatalog.ArchiveFormat)
            throw new ClusterSearchException(ErrorCodes.ArchiveVersion,
                $"the archive has format {found.Format}, this program reads format {SqliteCatalog.ArchiveFormat}: {address}; use a program that fits, or ingest into a new archive");
    }

    private static async Task<Found> MigrateAsync(PostgresSession session, ServerAddress address, IReadOnlyList<string> migrations, Guid id)
    {
        await session.ExecuteScriptAsync("SET LOCAL lock_timeout = 0");
        await session.ExistsAsync("SELECT pg_advisory_xact_lock(hashtextextended('clustersearch migration of ' || $1, 0))", address.Schema);
        // Another process may have migrated while this one waited.
        var found = await ReadAsync(session, address);
        Check(found, address, migrations.Count);
        if (found?.Version == migrations.Count) return found;
        if (found is null && !await session.ExistsAsync("SELECT 1 FROM pg_namespace WHERE nspname = $1", address.Schema))
            await session.ExecuteScriptAsync($"CREATE SCHEMA {address.Schema}");
        for (var step = found?.Version ?? 0; step < migrations.Count; step++) await session.ExecuteScriptAsync(migrations[step]);
        if (found is null)
            await session.ExecuteAsync("INSERT INTO archive (application, schema_version, format, id) VALUES ($1, $2, $3, $4)",
                ApplicationName, migrations.Count, SqliteCatalog.ArchiveFormat, id);
        else
            await session.ExecuteAsync("UPDATE archive SET schema_version = $1", migrations.Count);
        return (await ReadAsync(session, address))!;
    }

    private static ClusterSearchException Foreign(ServerAddress address, string table) => new(ErrorCodes.ArchiveVersion,
        $"expected a ClusterSearch catalogue, found another program's table '{table}': {address}; name another schema with Schema=…");

    private static ClusterSearchException Mismatch(ServerAddress address, Guid stored, string directory, Guid? found) => new(ErrorCodes.ArchiveMismatch,
        found is null
            ? string.Create(CultureInfo.InvariantCulture, $"the catalogue {address} belongs to archive {stored}, and {directory} has no {ArchiveIdentity.FileName}; is the shared directory mounted? If it is the right one, restore that file")
            : string.Create(CultureInfo.InvariantCulture, $"the catalogue {address} belongs to archive {stored}, and {directory} is archive {found}; name the directory that belongs to it, or another schema"));

    private sealed record Found(string Application, int Version, int Format, Guid Id);
}
