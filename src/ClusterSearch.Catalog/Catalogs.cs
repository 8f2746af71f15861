using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog;

/// <summary>Opens a catalogue by what one setting says.</summary>
public static class Catalogs
{
    /// <summary>Whether the setting names a PostgreSQL database ("Host=…", postgres://…) rather than an SQLite file.</summary>
    public static bool IsPostgres(string whereOrConnectionString) => ServerAddress.IsMeantBy(whereOrConnectionString);

    /// <summary>The same server, database and schema as a connection string of Npgsql, for other libraries that keep tables there.</summary>
    /// <exception cref="ClusterSearchException">request.invalid for what does not name a PostgreSQL database.</exception>
    public static string ToNpgsql(string connectionString, string applicationName) =>
        ServerAddress.Parse(connectionString, new PostgresCatalogOptions { ApplicationName = applicationName }).Connection.ConnectionString;

    /// <param name="whereOrConnectionString">"Host=…;Database=…" or postgres://user@host/database for PostgreSQL; else the path of an SQLite file.</param>
    /// <param name="archiveDirectory">The archive that the catalogue belongs to: see <see cref="PostgresCatalogOptions.ArchiveDirectory"/>. SQLite's file lies in it and needs no check.</param>
    /// <exception cref="ClusterSearchException">As <see cref="SqliteCatalog.OpenAsync"/> and <see cref="PostgresCatalog.OpenAsync"/> say.</exception>
    public static async Task<ICatalog> OpenAsync(
        string whereOrConnectionString, string? archiveDirectory, bool createIfMissing, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(whereOrConnectionString);
        return IsPostgres(whereOrConnectionString)
            ? await PostgresCatalog.OpenAsync(whereOrConnectionString,
                new PostgresCatalogOptions { ArchiveDirectory = archiveDirectory, CreateIfMissing = createIfMissing }, cancellation)
            : await SqliteCatalog.OpenAsync(whereOrConnectionString, new SqliteCatalogOptions { CreateIfMissing = createIfMissing }, cancellation);
    }
}
