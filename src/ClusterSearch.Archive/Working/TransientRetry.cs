using ClusterSearch.Core;

namespace ClusterSearch.Archive.Working;

/// <summary>
/// Waits between tries while something that passes stands in the way (a database that is away, a lock that another holds):
/// each time about twice as long, up to a limit, and never in step with others.
/// </summary>
public sealed class TransientRetry(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private int _tries;

    /// <summary>Back to the shortest wait.</summary>
    public void Reset() => _tries = 0;

    /// <summary>Waits a little longer than the last time.</summary>
    public Task WaitAsync(CancellationToken cancellation) => Task.Delay(Delay(_tries++, Random.Shared.NextDouble()), time, cancellation);

    /// <param name="tries">Failed ones before this.</param>
    /// <param name="chance">From 0 to 1: where between a half of the step and all of it.</param>
    internal static TimeSpan Delay(int tries, double chance)
    {
        var step = First * Math.Pow(2, Math.Min(tries, 20));
        return (step < Longest ? step : Longest) * (0.5 + chance / 2);
    }

    /// <summary>Calls until it answers.</summary>
    /// <param name="time">By which is waited.</param>
    /// <param name="call">Idempotent.</param>
    /// <param name="cancellation">Ends waiting and calling.</param>
    public static async Task<T> UntilAnsweredAsync<T>(TimeProvider time, Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        var retry = new TransientRetry(time);
        while (true)
        {
            try
            {
                return await call(cancellation);
            }
            catch (ClusterSearchException fault) when (fault.IsTransient)
            {
                await retry.WaitAsync(cancellation);
            }
        }
    }
}
