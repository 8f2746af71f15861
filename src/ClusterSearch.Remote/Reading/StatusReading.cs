using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Remote.Reading;

/// <summary>Status documents as what they were written from. What a document does not carry is left at its default.</summary>
internal static class StatusReading
{
    public static ArchiveStatus Archive(StatusDocument d) => new(
        Ledger(d.Videos, d.Chunks, d.Samples, d.MissingSamples) with { Seconds = d.Hours * 3600 },
        Failures(d.Failures), d.Encoding is { } e ? Encoding(e) : null, d.Videos.WithoutPlan)
    {
        Encodings = [.. d.Encodings.Select(Progress)],
    };

    public static EncodingProgress Progress(EncodingProgressDocument d) => new(
        new EncodingSummary(d.Id, d.Model, d.Sampling, d.Resize, d.Dimension) { Precision = d.Precision }, d.Active,
        Ledger(d.Videos, d.Chunks, d.Samples, d.MissingSamples), d.Videos.WithoutPlan);

    public static EncodingProgress Dropped(EncodingDropDocument d) => new(
        Encoding(d.Dropped), false, Ledger(new VideoCountsDocument(d.Videos, 0, 0, 0, 0, 0), new ChunkCountsDocument(0, 0, 0, 0, 0), d.Samples, 0), 0);

    public static EncodingSummary Encoding(EncodingDocument d) => new(d.Id, d.Model, d.Sampling, d.Resize, d.Dimension) { Precision = d.Precision };

    public static IReadOnlyList<FileFailure> Failures(IReadOnlyList<FileFaultDocument> faults) => [.. faults.Select(f => new FileFailure(f.Path, f.Code, f.Message))];

    public static WorkforceStatus Workforce(WorkforceDocument d) => new()
    {
        IsShared = d.Shared,
        IsPaused = d.Paused,
        Workers = [.. d.Workers.Select(Worker)],
        Aggregator = d.Aggregator,
        TimesRealTime = d.TimesRealTime,
        SecondsLeft = d.SecondsLeft,
        TimeLeft = d.TimeLeft is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        WaitingChunks = d.WaitingChunks,
        Takeovers = d.Takeovers,
        Quarantined = d.Quarantined,
    };

    private static WorkerStatus Worker(WorkerDocument d)
    {
        var isAlive = Enum.TryParse<WorkerState>(d.State, ignoreCase: true, out var state);
        return new WorkerStatus(new WorkerReport
        {
            Name = d.Worker, Host = "", ProcessId = 0, StartedAt = default, Role = "", State = isAlive ? state : default, Slots = d.Slots,
            ChunksDone = d.Chunks, SamplesDone = d.Samples, SecondsDone = d.Seconds, Activity = d.Activity,
            LastFault = d.LastFault is { } fault ? new Failure(fault.Code, fault.Message) : null,
        }, TimeSpan.FromSeconds(d.SinceReport), isAlive, d.TimesRealTime);
    }

    private static LedgerStatus Ledger(VideoCountsDocument videos, ChunkCountsDocument chunks, long samples, long missing) => new()
    {
        Chunks = new Dictionary<ChunkState, int>
        {
            [ChunkState.Pending] = chunks.Pending, [ChunkState.Leased] = chunks.Leased, [ChunkState.Embedded] = chunks.Embedded,
            [ChunkState.Indexed] = chunks.Indexed, [ChunkState.Quarantined] = chunks.Quarantined,
        },
        Videos = videos.Total,
        SearchableVideos = videos.Searchable,
        PartialVideos = videos.Partial,
        IngestingVideos = videos.Ingesting,
        FailedVideos = videos.Failed,
        Samples = samples,
        Seconds = 0,
        MissingSamples = missing,
    };
}
