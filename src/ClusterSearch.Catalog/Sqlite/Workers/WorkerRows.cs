using System.Globalization;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Sqlite.Workers;

/// <summary>The last report of each worker. Another start under the same name is another process: it is seen for the first time.</summary>
internal static class WorkerRows
{
    public static void Report(Session session, WorkerReport report) => session.Execute("""
        INSERT INTO worker (name, host, process_id, started_at, role, state, slots, device, fingerprint, chunks_done, seconds_done, samples_done,
            activity, fault_code, fault_message, first_seen, last_seen)
        VALUES ($name, $host, $process, $started, $role, $state, $slots, $device, $fingerprint, $chunks, $seconds, $samples,
            $activity, $code, $message, $now, $now)
        ON CONFLICT (name) DO UPDATE SET
            first_seen = CASE WHEN started_at = excluded.started_at THEN first_seen ELSE excluded.first_seen END,
            host = excluded.host, process_id = excluded.process_id, started_at = excluded.started_at, role = excluded.role,
            state = excluded.state, slots = excluded.slots, device = excluded.device, fingerprint = excluded.fingerprint,
            chunks_done = excluded.chunks_done, seconds_done = excluded.seconds_done, samples_done = excluded.samples_done,
            activity = excluded.activity, fault_code = excluded.fault_code, fault_message = excluded.fault_message, last_seen = excluded.last_seen
        """,
        ("$name", report.Name), ("$host", report.Host), ("$process", report.ProcessId),
        ("$started", report.StartedAt.ToString("O", CultureInfo.InvariantCulture)), ("$role", report.Role), ("$state", (int)report.State),
        ("$slots", report.Slots), ("$device", report.Device), ("$fingerprint", report.EncoderFingerprint), ("$chunks", report.ChunksDone),
        ("$seconds", report.SecondsDone), ("$samples", report.SamplesDone), ("$activity", report.Activity),
        ("$code", report.LastFault?.Code), ("$message", report.LastFault?.Message), ("$now", session.NowMilliseconds()));

    public static List<WorkerRecord> List(Session session)
    {
        var now = session.NowMilliseconds();
        return session.List("""
            SELECT name, host, process_id, started_at, role, state, slots, device, fingerprint, chunks_done, seconds_done, samples_done,
                activity, fault_code, fault_message, first_seen, last_seen
            FROM worker ORDER BY name
            """,
            row => new WorkerRecord(Read(row), Age(now, row.Int64(16)), Age(now, row.Int64(15))));
    }

    public static int Forget(Session session, TimeSpan olderThan) => session.Execute(
        "DELETE FROM worker WHERE last_seen < $before", ("$before", session.NowMilliseconds() - (long)olderThan.TotalMilliseconds));

    public static void Forget(Session session, string name) => session.Execute("DELETE FROM worker WHERE name = $name", ("$name", name));

    private static TimeSpan Age(long now, long since) => TimeSpan.FromMilliseconds(Math.Max(0, now - since));

    private static WorkerReport Read(Row row) => new()
    {
        Name = row.Text(0),
        Host = row.Text(1),
        ProcessId = row.Int32(2),
        StartedAt = DateTimeOffset.ParseExact(row.Text(3), "O", CultureInfo.InvariantCulture),
        Role = row.Text(4),
        State = (WorkerState)row.Int32(5),
        Slots = row.Int32(6),
        Device = row.TextOrNull(7),
        EncoderFingerprint = row.TextOrNull(8),
        ChunksDone = row.Int64(9),
        SecondsDone = row.Double(10),
        SamplesDone = row.Int64(11),
        Activity = row.TextOrNull(12),
        LastFault = row.TextOrNull(13) is { } code ? new Failure(code, row.Text(14)) : null,
    };
}
