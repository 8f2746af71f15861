using Microsoft.Data.Sqlite;

namespace ClusterSearch.Catalog.Tests;

/// <summary>Looks at a database file behind the catalogue's back.</summary>
internal static class DatabaseState
{
    /// <summary>SQLite finds no damage, every reference holds, and the counters are what counting the chunks gives.</summary>
    public static void AssertSound(string databasePath)
    {
        using var connection = Open(databasePath);
        Assert.Equal(["ok"], Rows(connection, "PRAGMA integrity_check"));
        Assert.Empty(Rows(connection, "PRAGMA foreign_key_check"));
        Assert.Empty(Rows(connection, """
            SELECT number FROM plan WHERE (pending, delayed, leased, embedded, indexed, quarantined, planned_samples, embedded_samples, indexed_samples, missing_samples) IS NOT (
                SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE not_before IS NOT NULL), count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 2),
                    count(*) FILTER (WHERE state = 3), count(*) FILTER (WHERE state = 4), sum(end_sample - first_sample),
                    coalesce(sum(sample_count), 0), coalesce(sum(sample_count) FILTER (WHERE state = 3), 0),
                    coalesce(sum(missing_samples), 0) + coalesce(sum(end_sample - first_sample) FILTER (WHERE state = 4), 0)
                FROM chunk WHERE chunk.plan = plan.number)
            """));
        Assert.Empty(Rows(connection, """
            SELECT encoding FROM encoding_totals AS t WHERE (videos, pending, delayed, leased, embedded, indexed, quarantined,
                    ingesting, searchable, partial, failed, indexed_samples, missing_samples, duration_us) IS NOT (
                SELECT count(*), coalesce(sum(pending), 0), coalesce(sum(delayed), 0), coalesce(sum(leased), 0), coalesce(sum(embedded), 0), coalesce(sum(indexed), 0), coalesce(sum(quarantined), 0),
                    count(*) FILTER (WHERE pending + leased + embedded > 0),
                    count(*) FILTER (WHERE pending + leased + embedded + quarantined = 0),
                    count(*) FILTER (WHERE pending + leased + embedded = 0 AND quarantined > 0 AND indexed > 0),
                    count(*) FILTER (WHERE pending + leased + embedded + indexed = 0),
                    coalesce(sum(indexed_samples), 0), coalesce(sum(missing_samples), 0), coalesce(sum(video.duration_us), 0)
                FROM plan JOIN video ON video.id = plan.video WHERE plan.encoding = t.encoding)
            """));
        Assert.Equal(
            Rows(connection, "SELECT plan || ' ' || fingerprint || ' ' || count(*) FROM chunk WHERE state IN (2, 3) GROUP BY plan, fingerprint ORDER BY 1"),
            Rows(connection, "SELECT plan || ' ' || fingerprint || ' ' || chunks FROM plan_encoder ORDER BY 1"));
    }

    public static SqliteConnection Open(string databasePath)
    {
        var connection = new SqliteConnection($"Data Source={databasePath};Pooling=False");
        connection.Open();
        return connection;
    }

    public static List<string> Rows(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(reader.GetString(0));
        return rows;
    }

    public static void Execute(string databasePath, string sql)
    {
        using var connection = Open(databasePath);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
