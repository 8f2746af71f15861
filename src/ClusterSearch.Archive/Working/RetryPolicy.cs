namespace ClusterSearch.Archive.Working;

/// <summary>How long a chunk that failed is left alone: 5 s, 30 s and 3 min after its first, second and third failure unless said otherwise.</summary>
/// <param name="First">After the first failure; each next wait is six times as long. Zero: never.</param>
public sealed record RetryPolicy(TimeSpan First)
{
    private const int Growth = 6;
    private const int Steps = 3;

    public static RetryPolicy Default { get; } = new(TimeSpan.FromSeconds(5));

    /// <summary>Tried again at once: for a run that waits for its end.</summary>
    public static RetryPolicy AtOnce { get; } = new(TimeSpan.Zero);

    /// <param name="failures">Before this one.</param>
    public TimeSpan After(int failures) => First * Math.Pow(Growth, Math.Clamp(failures, 0, Steps - 1));
}
