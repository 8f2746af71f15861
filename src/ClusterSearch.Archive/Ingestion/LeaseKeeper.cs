using ClusterSearch.Core;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// Renews a lease, of a chunk or of a role, while work goes on and says when it is lost: at once when a renewal is refused,
/// and at two thirds of the lease, by a monotonic clock, when none came through.
/// </summary>
internal sealed class LeaseKeeper : IDisposable
{
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _done = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _duration;
    private readonly Task _keeping;
    private long _renewedAt;

    /// <param name="renew">Extends the lease; false when it is another's.</param>
    /// <param name="duration">Of the lease.</param>
    /// <param name="askedAt">Timestamp of <paramref name="time"/> from before the lease was asked for.</param>
    /// <param name="time">Its timestamps are monotonic.</param>
    /// <param name="cancellation">A stop that was asked for.</param>
    public LeaseKeeper(Func<CancellationToken, Task<bool>> renew, TimeSpan duration, long askedAt, TimeProvider time, CancellationToken cancellation)
    {
        _lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        (_time, _duration, _renewedAt) = (time, duration, askedAt);
        _keeping = KeepAsync(renew);
    }

    /// <summary>Cancelled when the lease is lost or a stop was asked for.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Whether it may still be acted upon. Looks at the clock itself: a process that was halted knows at once.</summary>
    public bool IsHeld => !_lost.IsCancellationRequested && Left > TimeSpan.Zero;

    /// <summary>Until two thirds are gone.</summary>
    private TimeSpan Left => _duration * 2 / 3 - _time.GetElapsedTime(Volatile.Read(ref _renewedAt));

    public void Dispose()
    {
        _done.Cancel();
        // The loop ends at its next step and touches nothing that is disposed here.
        _ = _keeping.ContinueWith(_ =>
        {
            _lost.Dispose();
            _done.Dispose();
        }, TaskScheduler.Default);
    }

    private async Task KeepAsync(Func<CancellationToken, Task<bool>> renew)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_duration / 6, _time, _done.Token);
                if (Left <= TimeSpan.Zero) break;
                if (Left > _duration / 3) continue;
                if (!await RenewAsync(renew)) break;
            }
            await _lost.CancelAsync();
        }
        catch (OperationCanceledException) when (_done.IsCancellationRequested)
        {
            // Done.
        }
        catch (Exception fault) when (fault is ClusterSearchException or OperationCanceledException)
        {
            await _lost.CancelAsync();
        }
    }

    /// <returns>False when the lease is another's; true also when nothing was heard, so that it is tried again while time is left.</returns>
    private async Task<bool> RenewAsync(Func<CancellationToken, Task<bool>> renew)
    {
        // A server that neither answers nor refuses must not hold up the end.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_done.Token);
        using var timer = _time.CreateTimer(_ => TryCancel(limit), null, Left > TimeSpan.Zero ? Left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        var asked = _time.GetTimestamp();
        try
        {
            if (!await renew(limit.Token)) return false;
            Volatile.Write(ref _renewedAt, asked);
        }
        catch (ClusterSearchException fault) when (fault.IsTransient)
        {
            // Tried again at the next step.
        }
        catch (OperationCanceledException) when (!_done.IsCancellationRequested)
        {
            // Time is up; the next step says so.
        }
        return true;
    }

    private static void TryCancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The answer came just now.
        }
    }
}
