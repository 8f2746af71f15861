using System.Globalization;
using ClusterSearch.Catalog.Rows;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Workers;

/// <summary>A worker's report as its row holds it.</summary>
internal static class WorkerColumns
{
    /// <summary>How many columns <see cref="Report"/> names.</summary>
    public const int ReportCount = 15;

    public const string Report = """
        name, host, process_id, started_at, role, state, slots, device, fingerprint, chunks_done, seconds_done, samples_done,
            activity, fault_code, fault_message
        """;

    /// <summary>Assignments of a later report; first_seen is the caller's.</summary>
    public const string Replaced = """
        host = excluded.host, process_id = excluded.process_id, started_at = excluded.started_at, role = excluded.role,
            state = excluded.state, slots = excluded.slots, device = excluded.device, fingerprint = excluded.fingerprint,
            chunks_done = excluded.chunks_done, seconds_done = excluded.seconds_done, samples_done = excluded.samples_done,
            activity = excluded.activity, fault_code = excluded.fault_code, fault_message = excluded.fault_message, last_seen = excluded.last_seen
        """;

    public static WorkerReport Read<TRow>(TRow row) where TRow : struct, IRow => new()
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
