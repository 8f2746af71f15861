using System.Globalization;
using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Catalog.Workers;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Postgres.Workers;

/// <summary>The last report of each worker. Another start under the same name is another process: it is seen for the first time.</summary>
internal static class WorkerRows
{
    public static Task ReportAsync(PostgresSession session, WorkerReport report) => session.ExecuteAsync($"""
        INSERT INTO worker AS w ({WorkerColumns.Report}, first_seen, last_seen)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, clock_timestamp() + $16, clock_timestamp() + $16
        FROM (SELECT set_config('synchronous_commit', 'off', true)) AS not_synced
        ON CONFLICT (name) DO UPDATE SET
            first_seen = CASE WHEN w.started_at = excluded.started_at THEN w.first_seen ELSE excluded.first_seen END,
            {WorkerColumns.Replaced}
        """,
        report.Name, report.Host, report.ProcessId, report.StartedAt.ToString("O", CultureInfo.InvariantCulture), report.Role, (short)report.State,
        report.Slots, report.Device, report.EncoderFingerprint, report.ChunksDone, report.SecondsDone, report.SamplesDone, report.Activity,
        report.LastFault?.Code, report.LastFault?.Message, session.ClockOffset);

    public static Task<List<WorkerRecord>> ListAsync(PostgresSession session) => session.ListAsync($"""
        SELECT {WorkerColumns.Report},
            greatest(clock_timestamp() + $1 - last_seen, interval '0'), greatest(clock_timestamp() + $1 - first_seen, interval '0')
        FROM worker ORDER BY name
        """,
        row => new WorkerRecord(WorkerColumns.Read(row), row.Interval(WorkerColumns.ReportCount), row.Interval(WorkerColumns.ReportCount + 1)), session.ClockOffset);

    public static Task<int> ForgetAsync(PostgresSession session, TimeSpan olderThan) =>
        session.ExecuteAsync("DELETE FROM worker WHERE last_seen < clock_timestamp() + $1 - $2", session.ClockOffset, olderThan);

    public static Task<int> ForgetAsync(PostgresSession session, string name) => session.ExecuteAsync("DELETE FROM worker WHERE name = $1", name);
}
