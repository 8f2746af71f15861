using System.Globalization;
using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Core.Catalog;
using Npgsql;

namespace ClusterSearch.Catalog.Postgres.Workers;

/// <summary>The last report of each worker. Another start under the same name is another process: it is seen for the first time.</summary>
internal static class WorkerRows
{
    public static Task ReportAsync(PostgresSession session, WorkerReport report) => session.ExecuteAsync("""
        INSERT INTO worker AS w (name, host, process_id, started_at, role, state, slots, device, fingerprint, chunks_done, seconds_done, samples_done,
            activity, fault_code, fault_message, first_seen, last_seen)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, clock_timestamp() + $16, clock_timestamp() + $16
        FROM (SELECT set_config('synchronous_commit', 'off', true)) AS not_synced
        ON CONFLICT (name) DO UPDATE SET
            first_seen = CASE WHEN w.started_at = excluded.started_at THEN w.first_seen ELSE excluded.first_seen END,
            host = excluded.host, process_id = excluded.process_id, started_at = excluded.started_at, role = excluded.role,
            state = excluded.state, slots = excluded.slots, device = excluded.device, fingerprint = excluded.fingerprint,
            chunks_done = excluded.chunks_done, seconds_done = excluded.seconds_done, samples_done = excluded.samples_done,
            activity = excluded.activity, fault_code = excluded.fault_code, fault_message = excluded.fault_message, last_seen = excluded.last_seen
        """,
        report.Name, report.Host, report.ProcessId, report.StartedAt.ToString("O", CultureInfo.InvariantCulture), report.Role, (short)report.State,
        report.Slots, report.Device, report.EncoderFingerprint, report.ChunksDone, report.SecondsDone, report.SamplesDone, report.Activity,
        report.LastFault?.Code, report.LastFault?.Message, session.ClockOffset);

    public static Task<List<WorkerRecord>> ListAsync(PostgresSession session) => session.ListAsync("""
        SELECT name, host, process_id, started_at, role, state, slots, device, fingerprint, chunks_done, seconds_done, samples_done,
            activity, fault_code, fault_message,
            greatest(clock_timestamp() + $1 - last_seen, interval '0'), greatest(clock_timestamp() + $1 - first_seen, interval '0')
        FROM worker ORDER BY name
        """,
        row => new WorkerRecord(Read(row), row.GetTimeSpan(15), row.GetTimeSpan(16)), session.ClockOffset);

    public static Task<int> ForgetAsync(PostgresSession session, TimeSpan olderThan) =>
        session.ExecuteAsync("DELETE FROM worker WHERE last_seen < clock_timestamp() + $1 - $2", session.ClockOffset, olderThan);

    public static Task<int> ForgetAsync(PostgresSession session, string name) => session.ExecuteAsync("DELETE FROM worker WHERE name = $1", name);

    private static WorkerReport Read(NpgsqlDataReader row) => new()
    {
        Name = row.GetString(0),
        Host = row.GetString(1),
        ProcessId = row.GetInt32(2),
        StartedAt = DateTimeOffset.ParseExact(row.GetString(3), "O", CultureInfo.InvariantCulture),
        Role = row.GetString(4),
        State = (WorkerState)row.GetInt16(5),
        Slots = row.GetInt32(6),
        Device = row.TextOrNull(7),
        EncoderFingerprint = row.TextOrNull(8),
        ChunksDone = row.GetInt64(9),
        SecondsDone = row.GetDouble(10),
        SamplesDone = row.GetInt64(11),
        Activity = row.TextOrNull(12),
        LastFault = row.TextOrNull(13) is { } code ? new Failure(code, row.GetString(14)) : null,
    };
}
