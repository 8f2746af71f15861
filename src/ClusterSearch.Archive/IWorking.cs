using ClusterSearch.Archive.Working;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive;

/// <summary>Port of working on what is registered, and of watching those who do.</summary>
public interface IWorking
{
    /// <summary>Works as one worker process until a stop is asked for: claims chunks of every encoding, and aggregates while it holds that role.</summary>
    /// <param name="request">How.</param>
    /// <param name="tell">Told what an operator should know, a line at a time: a fault that lasts, once; its end, once.</param>
    /// <param name="stop">Nothing more is claimed; what is under way may finish within the grace, the rest is given back.</param>
    /// <param name="now">What is under way is given back at once.</param>
    /// <exception cref="Core.ClusterSearchException">request.invalid where one process does everything (SQLite); lasting archive faults.</exception>
    Task WorkAsync(WorkRequest request, Action<string> tell, CancellationToken stop, CancellationToken now);

    /// <summary>Says of a worker process that it crashed by its own fault: the chunks that it held count an attempt. Tried until the catalogue answers.</summary>
    /// <param name="worker">"host/process".</param>
    /// <returns>How many chunks it held.</returns>
    Task<int> ReportCrashAsync(string worker, Failure failure, TimeSpan retryAfter, CancellationToken cancellation);

    /// <summary>While an archive is paused nothing is begun, by anybody; what is under way is finished.</summary>
    Task SetPausedAsync(bool isPaused, CancellationToken cancellation);

    /// <summary>Who works, how fast, what is left.</summary>
    Task<WorkforceStatus> StatusAsync(CancellationToken cancellation);
}

/// <summary>How a worker process works.</summary>
public sealed record WorkRequest
{
    /// <summary>Chunks worked on at once; null: found by measuring.</summary>
    public int? Slots { get; init; }

    public bool Embeds { get; init; } = true;

    /// <summary>Competes for the role of the index's writer.</summary>
    public bool Aggregates { get; init; } = true;

    /// <summary>Time that chunks under way are given to finish after a stop.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Nothing is claimed while the archive's disk has fewer bytes free.</summary>
    public long MinimumFreeBytes { get; init; } = 1L << 30;

    /// <summary>Nothing is claimed while the load average of a minute, a core, is above this; null: whatever it is.</summary>
    public double? MaximumLoad { get; init; }

    public ClaimOrder Order { get; init; } = ClaimOrder.Fair;

    /// <summary>A chunk whose worker fell silent is given to another after this time.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(60);

    public RetryPolicy Retries { get; init; } = RetryPolicy.Default;

    public string? HardwareAcceleration { get; init; }

    /// <summary>Let a video be finished by encoders that differ in runtime, provider or instruction set.</summary>
    public bool AllowMixedEncoders { get; init; }

    /// <summary>How the process before this one ended; shown with it.</summary>
    public Failure? EarlierCrash { get; init; }
}

/// <summary>The workers of an archive and what is left for them.</summary>
public sealed record WorkforceStatus
{
    /// <summary>Whether worker processes share the archive.</summary>
    public required bool IsShared { get; init; }

    public required bool IsPaused { get; init; }

    /// <summary>Those that work, those that fell silent within the last day, ordered by name.</summary>
    public required IReadOnlyList<WorkerStatus> Workers { get; init; }

    /// <summary>Who writes the index now; null while nobody does.</summary>
    public required string? Aggregator { get; init; }

    /// <summary>Seconds of footage a second over all live workers.</summary>
    public required double TimesRealTime { get; init; }

    /// <summary>Footage of chunks that are pending or in work, in all encodings.</summary>
    public required double SecondsLeft { get; init; }

    /// <summary>Null while nothing moves.</summary>
    public required TimeSpan? TimeLeft { get; init; }

    /// <summary>Chunks that failed and wait for their next try, in all encodings.</summary>
    public required int WaitingChunks { get; init; }

    /// <summary>Leases that were lost and taken over, in all encodings.</summary>
    public required long Takeovers { get; init; }

    /// <summary>Quarantined chunks of all encodings by error code.</summary>
    public required IReadOnlyDictionary<string, int> Quarantined { get; init; }
}

/// <param name="IsAlive">It reported lately and was not ending.</param>
/// <param name="TimesRealTime">Seconds of footage a second since its start.</param>
public sealed record WorkerStatus(WorkerReport Report, TimeSpan SinceReport, bool IsAlive, double TimesRealTime);
