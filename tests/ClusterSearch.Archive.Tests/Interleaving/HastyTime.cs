namespace ClusterSearch.Archive.Tests.Interleaving;

/// <summary>A clock of a machine that knows nothing of time: it stands still, so that nobody sees his lease end; what waits a moment waits not at all, what waits long waits for ever.</summary>
internal sealed class HastyTime : TimeProvider
{
    private static readonly TimeSpan Moment = TimeSpan.FromMinutes(1);

    public override long GetTimestamp() => 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime < Moment ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
