namespace ClusterSearch.Archive.Working;

/// <summary>
/// Lets slots work side by side, and one alone when it asks for that: nobody else begins, those that work finish, and then
/// it has the process to itself.
/// </summary>
internal sealed class SoloGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;
    private int _asking;
    private bool _solo;

    /// <summary>Waits while somebody is alone or is going to be.</summary>
    public Task EnterAsync(CancellationToken cancellation) => WaitAsync(() =>
    {
        if (_solo || _asking > 0) return false;
        _inside++;
        return true;
    }, cancellation);

    /// <summary>Leaves, and enters again alone.</summary>
    public async Task EnterAloneAsync(CancellationToken cancellation)
    {
        Change(() =>
        {
            _inside--;
            _asking++;
        });
        try
        {
            await WaitAsync(() =>
            {
                if (_solo || _inside > 0) return false;
                _solo = true;
                return true;
            }, cancellation);
        }
        finally
        {
            Change(() => _asking--);
        }
    }

    public void Leave() => Change(() => _inside--);

    public void LeaveAlone() => Change(() => _solo = false);

    private async Task WaitAsync(Func<bool> tryEnter, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (tryEnter()) return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        changed.SetResult();
    }
}
