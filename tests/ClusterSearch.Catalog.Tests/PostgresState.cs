using Npgsql;

namespace ClusterSearch.Catalog.Tests;

/// <summary>Looks at a catalogue's tables behind its back.</summary>
internal static class PostgresState
{
    /// <summary>The counters are what counting the rows gives.</summary>
    public static async Task AssertSoundAsync(SharedPostgres postgres, string schema)
    {
        await using var connection = await postgres.OpenAsync();
        await AssertSoundAsync(connection, schema);
    }

    public static async Task AssertSoundAsync(NpgsqlConnection connection, string schema)
    {
        await RowsAsync(connection, $"SELECT set_config('search_path', '{schema}', false)");
        Assert.Empty(await RowsAsync(connection, """
            SELECT number::text FROM plan WHERE
                (pending, delayed, leased, embedded, indexed, quarantined, planned_samples, embedded_samples, indexed_samples, missing_samples, is_mixed)::text
                IS DISTINCT FROM (
                SELECT (count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE not_before IS NOT NULL), count(*) FILTER (WHERE state = 1),
                    count(*) FILTER (WHERE state = 2), count(*) FILTER (WHERE state = 3), count(*) FILTER (WHERE state = 4), sum(end_sample - first_sample),
                    coalesce(sum(sample_count), 0), coalesce(sum(sample_count) FILTER (WHERE state = 3), 0),
                    coalesce(sum(missing_samples), 0) + coalesce(sum(end_sample - first_sample) FILTER (WHERE state = 4), 0),
                    count(DISTINCT fingerprint) FILTER (WHERE state IN (2, 3)) > 1)::text
                FROM chunk WHERE chunk.plan = plan.number)
            """));
        Assert.Empty(await RowsAsync(connection, """
            SELECT number::text FROM plan WHERE CASE WHEN encoder IS NULL
                THEN EXISTS (SELECT 1 FROM chunk WHERE chunk.plan = number AND state IN (2, 3))
                ELSE NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.plan = number AND state IN (2, 3) AND fingerprint = encoder) END
            """));
        Assert.Empty(await RowsAsync(connection, "SELECT number::text FROM plan WHERE is_failed <> is_video_failed(video)"));
        Assert.Empty(await RowsAsync(connection, """
            SELECT e.id FROM encoding AS e WHERE (
                SELECT (sum(chunks), sum(embedded), sum(indexed), sum(quarantined), sum(videos), sum(ingesting), sum(searchable), sum(partial), sum(failed),
                    sum(indexed_samples), sum(missing_samples), sum(duration_us))::text FROM encoding_totals AS t WHERE t.encoding = e.id)
                IS DISTINCT FROM (
                SELECT (coalesce(sum(pending + leased + embedded + indexed + quarantined), 0), coalesce(sum(embedded), 0), coalesce(sum(indexed), 0),
                    coalesce(sum(quarantined), 0), count(*),
                    count(*) FILTER (WHERE pending + leased + embedded > 0),
                    count(*) FILTER (WHERE pending + leased + embedded + quarantined = 0),
                    count(*) FILTER (WHERE pending + leased + embedded = 0 AND quarantined > 0 AND indexed > 0),
                    count(*) FILTER (WHERE pending + leased + embedded + indexed = 0),
                    coalesce(sum(indexed_samples), 0), coalesce(sum(missing_samples), 0), coalesce(sum(video.duration_us), 0))::text
                FROM plan JOIN video ON video.id = plan.video WHERE plan.encoding = e.id)
            """));
    }

    public static async Task<List<string>> RowsAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.IsDBNull(0) ? "" : reader.GetString(0));
        return rows;
    }
}
