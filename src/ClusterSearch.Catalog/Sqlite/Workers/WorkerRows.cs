using System.Globalization;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Workers;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Sqlite.Workers;

/// <summary>The last report of each worker. Another start under the same name is another process: it is seen for the first time.</summary>
internal static class WorkerRows
{
    public static void Report(Session session, WorkerReport report) => session.Execute($"""
        INSERT INTO worker ({WorkerColumns.Report}, first_seen, last_seen)
        VALUES ($name, $host, $process, $started, $role, $state, $slots, $device, $fingerprint, $chunks, $seconds, $samples,
            $activity, $code, $message, $now, $now)
        ON CONFLICT (name) DO UPDATE SET
            first_seen = CASE WHEN started_at = excluded.started_at THEN first_seen ELSE excluded.first_seen END,
            {WorkerColumns.Replaced}
        """,
        ("$name", report.Name), ("$host", report.Host), ("$process", report.ProcessId),
        ("$started", report.StartedAt.ToString("O", CultureInfo.InvariantCulture)), ("$role", report.Role), ("$state", (int)report.State),
        ("$slots", report.Slots), ("$device", report.Device), ("$fingerprint", report.EncoderFingerprint), ("$chunks", report.ChunksDone),
        ("$seconds", report.SecondsDone), ("$samples", report.SamplesDone), ("$activity", report.Activity),
        ("$code", report.LastFault?.Code), ("$message", report.LastFault?.Message), ("$now", session.NowMilliseconds()));

    public static List<WorkerRecord> List(Session session)
    {
        var now = session.NowMilliseconds();
        return session.List($"""
            SELECT {WorkerColumns.Report}, first_seen, last_seen
            FROM worker ORDER BY name
            """,
            row => new WorkerRecord(WorkerColumns.Read(row), Age(now, row.Int64(WorkerColumns.ReportCount + 1)), Age(now, row.Int64(WorkerColumns.ReportCount))));
    }

    public static int Forget(Session session, TimeSpan olderThan) => session.Execute(
        "DELETE FROM worker WHERE last_seen < $before", ("$before", session.NowMilliseconds() - (long)olderThan.TotalMilliseconds));

    public static void Forget(Session session, string name) => session.Execute("DELETE FROM worker WHERE name = $name", ("$name", name));

    private static TimeSpan Age(long now, long since) => TimeSpan.FromMilliseconds(Math.Max(0, now - since));
}
