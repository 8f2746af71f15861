namespace ClusterSearch.Archive.Working;

/// <summary>A hint that there may be something to do: ends one wait, the next one if nobody waits now. Given often it counts once.</summary>
internal sealed class WorkSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _given = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Give()
    {
        lock (_lock) _given.TrySetResult();
    }

    /// <summary>Waits for a hint, but no longer than this. One waits at a time.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation)
    {
        Task given;
        lock (_lock) given = _given.Task;
        try
        {
            await given.WaitAsync(longest, time, cancellation);
        }
        catch (TimeoutException)
        {
            return;
        }
        lock (_lock) _given = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
