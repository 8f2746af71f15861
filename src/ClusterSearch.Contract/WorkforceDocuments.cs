using ClusterSearch.Archive;

namespace ClusterSearch.Contract;

public sealed record PausedDocument(bool Paused) : Document;

/// <param name="Shared">Whether worker processes share the archive.</param>
/// <param name="Aggregator">Who writes the index now; null while nobody does.</param>
/// <param name="TimesRealTime">Over all live workers.</param>
/// <param name="SecondsLeft">Footage not yet worked on, in all encodings.</param>
/// <param name="TimeLeft">Seconds; null while nothing moves.</param>
/// <param name="Takeovers">Leases that were lost and taken over.</param>
/// <param name="Quarantined">Chunks by error code.</param>
public sealed record WorkforceDocument(
    bool Shared, bool Paused, string? Aggregator, double TimesRealTime, double SecondsLeft, double? TimeLeft,
    int WaitingChunks, long Takeovers, IReadOnlyDictionary<string, int> Quarantined, IReadOnlyList<WorkerDocument> Workers)
{
    public static WorkforceDocument From(WorkforceStatus s) => new(
        s.IsShared, s.IsPaused, s.Aggregator, s.TimesRealTime, s.SecondsLeft, s.TimeLeft?.TotalSeconds,
        s.WaitingChunks, s.Takeovers, s.Quarantined, [.. s.Workers.Select(WorkerDocument.From)]);
}

/// <param name="State">"starting", "working", "idle", "faulted", "stopping", or "lost" for one that fell silent.</param>
/// <param name="SinceReport">Seconds.</param>
public sealed record WorkerDocument(
    string Worker, string State, int Slots, long Chunks, long Samples, double Seconds, double TimesRealTime,
    string? Activity, ErrorDetail? LastFault, double SinceReport)
{
    public static WorkerDocument From(WorkerStatus w) => new(
        w.Report.Name, w.IsAlive ? w.Report.State.ToString().ToLowerInvariant() : "lost", w.Report.Slots,
        w.Report.ChunksDone, w.Report.SamplesDone, w.Report.SecondsDone, w.TimesRealTime, w.Report.Activity,
        w.Report.LastFault is { } fault ? new ErrorDetail(fault.Code, fault.Message) : null, w.SinceReport.TotalSeconds);
}
