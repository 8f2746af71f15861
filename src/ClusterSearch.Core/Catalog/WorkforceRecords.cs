namespace ClusterSearch.Core.Catalog;

/// <summary>Names of workers: host/process/slot.</summary>
public static class WorkerName
{
    public static string Of(string host, int processId, int slot) => $"{host}/{processId}/{slot}";

    /// <summary>The part that all slots of a process have in common: "host/process".</summary>
    /// <param name="worker">"host/process/slot", or "host/process" itself.</param>
    public static string ProcessOf(string worker)
    {
        var first = worker.IndexOf('/', StringComparison.Ordinal);
        var second = first < 0 ? -1 : worker.IndexOf('/', first + 1);
        return second < 0 ? worker : worker[..second];
    }
}

/// <summary>The numbers stand in databases.</summary>
public enum WorkerState
{
    Starting,
    Working,

    /// <summary>Nothing can be claimed now.</summary>
    Idle,

    /// <summary>Finishes or releases what it holds, and ends.</summary>
    Stopping,

    /// <summary>Ended as it was asked to.</summary>
    Stopped,

    /// <summary>Held up by a fault that is not a chunk's; <see cref="WorkerReport.LastFault"/> says which.</summary>
    Faulted,
}

/// <summary>What a worker says of itself. Totals count since <see cref="StartedAt"/>.</summary>
public sealed record WorkerReport
{
    /// <summary>Unique among the archive's workers, for example "host/process".</summary>
    public required string Name { get; init; }

    public required string Host { get; init; }

    public required int ProcessId { get; init; }

    /// <summary>By the worker's own clock: tells two processes of one name apart, and is compared with nothing else.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>What the process is for, such as "worker" or "ingest".</summary>
    public required string Role { get; init; }

    public required WorkerState State { get; init; }

    /// <summary>Chunks that it works on at once.</summary>
    public required int Slots { get; init; }

    /// <summary>What it computes with, for people; null while it is not known.</summary>
    public string? Device { get; init; }

    /// <summary>The encoder fingerprint of its model; null while it has none.</summary>
    public string? EncoderFingerprint { get; init; }

    public long ChunksDone { get; init; }

    /// <summary>Seconds of footage.</summary>
    public double SecondsDone { get; init; }

    public long SamplesDone { get; init; }

    /// <summary>What it works on now, in one line; null when on nothing.</summary>
    public string? Activity { get; init; }

    public Failure? LastFault { get; init; }
}

/// <summary>A worker's last report.</summary>
/// <param name="SinceReport">Time since it came, by the database's clock.</param>
/// <param name="SinceFirstReport">Time since the first one of this process came, by the database's clock: totals over it are rates.</param>
public sealed record WorkerRecord(WorkerReport Report, TimeSpan SinceReport, TimeSpan SinceFirstReport);

/// <summary>The right to act in a role.</summary>
/// <param name="Token">32 hexadecimal digits, new for every taking.</param>
/// <param name="Epoch">1 for the role's first holder, one more for each next one.</param>
public sealed record RoleLease(string Role, string Holder, string Token, long Epoch, TimeSpan Duration);

/// <summary>Who holds a role.</summary>
/// <param name="Holder">The last one; null when it gave the role back.</param>
/// <param name="Epoch">Of the last holder.</param>
/// <param name="Left">Time until the role can be taken, by the database's clock; zero when it can be now.</param>
public sealed record RoleRecord(string Role, string? Holder, long Epoch, TimeSpan Left);
