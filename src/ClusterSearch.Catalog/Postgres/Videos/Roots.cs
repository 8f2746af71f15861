using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using Npgsql;

namespace ClusterSearch.Catalog.Postgres.Videos;

/// <summary>Named directories. Compared as written: two spellings of one directory are two directories.</summary>
internal static class Roots
{
    public static async Task<RootRecord> RegisterAsync(PostgresSession session, string name, string directory)
    {
        if (await session.FirstAsync("SELECT name, directory FROM root WHERE directory = $1", Read, directory) is { } named) return named;
        await session.ExecuteAsync("INSERT INTO root (name, directory) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET directory = excluded.directory", name, directory);
        return new RootRecord(name, directory);
    }

    public static Task<List<RootRecord>> ListAsync(PostgresSession session) => session.ListAsync("SELECT name, directory FROM root ORDER BY name", Read);

    /// <exception cref="ClusterSearchException">request.invalid.</exception>
    public static async Task RequireAsync(PostgresSession session, Place place)
    {
        if (!await session.ExistsAsync("SELECT 1 FROM root WHERE name = $1", place.Root))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"no root is named '{place.Root}', wanted for {place}; register it first");
    }

    private static RootRecord Read(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1));
}
