using ClusterSearch.Catalog;
using ClusterSearch.Core;
using Npgsql;

namespace ClusterSearch.Silo.Clustering;

/// <summary>Orleans' own tables in the catalogue's database: members, reminders, hints. Its packages do not bring the SQL that makes them.</summary>
internal static class OrleansTables
{
    public const string Invariant = "Npgsql";

    private const string ApplicationName = "clustersearch-silo";

    /// <summary>One of the newest statements of each script.</summary>
    private static readonly string[] Needed = ["CleanupDefunctSiloEntriesKey", "UpsertReminderRowKey", "QueueStreamMessageKey"];

    /// <returns>A connection string for Orleans' providers.</returns>
    /// <exception cref="ClusterSearchException">environment.missing with the command that makes them; archive.unreachable (transient).</exception>
    public static async Task<string> RequireAsync(string catalog, CancellationToken cancellation)
    {
        var connectionString = Catalogs.ToNpgsql(catalog, ApplicationName);
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellation);
            await using var command = new NpgsqlCommand("SELECT CASE WHEN to_regclass('orleansquery') IS NULL THEN 0 ELSE 1 END", connection);
            var isThere = (int)(await command.ExecuteScalarAsync(cancellation))! == 1;
            if (isThere && await CountAsync(connection, cancellation) == Needed.Length) return connectionString;
        }
        catch (PostgresException fault)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveAccess, $"Orleans' tables cannot be looked at: {fault.MessageText}", fault);
        }
        catch (NpgsqlException fault)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveUnreachable, $"the catalogue's database does not answer: {fault.Message}", fault) { IsTransient = true };
        }
        throw new ClusterSearchException(ErrorCodes.EnvironmentMissing,
            $"the catalogue's database has no tables of Orleans yet; make them once with: deploy/orleans-schema.sh \"{ForPeople(catalog)}\"");
    }

    private static async Task<int> CountAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT count(*)::int FROM orleansquery WHERE querykey = ANY($1)", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = Needed });
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Without a password: the script finds it where psql does.</summary>
    private static string ForPeople(string catalog) => Hosting.ArchiveFile.WithoutPassword(catalog);
}
