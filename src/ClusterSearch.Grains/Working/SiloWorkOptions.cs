using ClusterSearch.Archive;

namespace ClusterSearch.Grains.Working;

/// <summary>What a silo does for an archive.</summary>
public sealed record SiloWorkOptions
{
    /// <summary>Unique among the archive's workers; null: host and process.</summary>
    public string? Name { get; init; }

    /// <summary>What chunks are embedded with, stated in the silo's metadata.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.None;

    /// <summary>
    /// How it works. <see cref="WorkRequest.Slots"/> null: two chunks for each accelerator, so that one decodes while the other
    /// computes. <see cref="WorkRequest.Embeds"/> counts only where there is an accelerator.
    /// </summary>
    public WorkRequest Work { get; init; } = new();

    /// <summary>How often a reminder has a video's ledger read again. At least what Orleans allows, a minute.</summary>
    public TimeSpan ReminderPeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Told what an operator should know, a line at a time.</summary>
    public Action<string> Tell { get; init; } = _ => { };

    /// <summary>Chunks done at once.</summary>
    public int Capacity => Accelerator.Count == 0 || !Work.Embeds ? 0 : Work.Slots ?? 2 * Accelerator.Count;
}

/// <summary>What a silo computes with.</summary>
/// <param name="Kind">"cuda", or "cpu" where the processor stands in by option; "none" for a silo that embeds nothing.</param>
/// <param name="Count">Graphics processors; 1 for a processor.</param>
public sealed record Accelerator(string Kind, int Count)
{
    public static Accelerator None { get; } = new("none", 0);

    public static Accelerator Cpu { get; } = new("cpu", 1);

    public static Accelerator Cuda(int count) => new("cuda", count);
}
