using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.EngineConformance;

namespace ClusterSearch.Archive.Tests.Interleaving;

/// <summary>
/// Lets one call of one actor happen at a time, chosen by a seed, and does to calls what networks and machines do: loses them,
/// loses their answers, repeats them, kills who makes them, and lets the database's clock jump past every lease.
/// </summary>
internal sealed class SeededScheduler(int seed) : IDisposable
{
    public const string Idle = "idle";

    private const int MostKills = 4;
    private const int MostJumps = 5;

    /// <summary>Longer than any lease here.</summary>
    private static readonly TimeSpan Jump = TimeSpan.FromHours(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly HashSet<string> Repeatable =
        [nameof(ICatalog.CommitAsync), nameof(ICatalog.MarkIndexedAsync), nameof(ICatalog.ReleaseAsync), nameof(ICatalog.RenewRoleAsync), nameof(ICatalog.ReleaseRoleAsync)];

    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();
    private readonly List<Step> _waiting = [];
    private readonly List<string> _history = [];
    private readonly SemaphoreSlim _changed = new(0);
    private readonly List<Task> _acting = [];
    private int _live, _kills, _jumps;

    public void Dispose() => _changed.Dispose();

    /// <summary>How far the database's clock is ahead.</summary>
    public TimeSpan ClockOffset { get; private set; }

    /// <summary>What happened, in order.</summary>
    public string History => string.Join('\n', _history);

    public int Faults { get; private set; }

    /// <summary>Adds somebody who acts until he is killed or done.</summary>
    /// <param name="name">For the history.</param>
    /// <param name="act">Gets the catalogue as this actor sees it, and a way to say that there is nothing to do.</param>
    public void Add(string name, Func<Actor, Task> act)
    {
        var actor = new Actor(this, name);
        lock (_lock) _live++;
        _acting.Add(Task.Run(async () =>
        {
            try
            {
                await act(actor);
            }
            catch (ClusterSearchException) when (actor.IsDead || IsOver)
            {
                // Killed, or let go.
            }
            finally
            {
                lock (_lock) _live--;
                _changed.Release();
                if (actor.IsDead && !IsOver) Add(name + "'", act);
            }
        }));
    }

    public bool IsOver { get; private set; }

    /// <summary>Until it is done; then everybody is let go.</summary>
    public async Task RunAsync(Func<Task<bool>> isDone)
    {
        while (true)
        {
            await UntilAllWaitAsync();
            if (await isDone()) break;
            Step step;
            bool isAllIdle;
            lock (_lock)
            {
                isAllIdle = _waiting.TrueForAll(waiting => waiting.Name == Idle);
                step = _waiting[_random.Next(_waiting.Count)];
                _waiting.Remove(step);
            }
            // Whatever is left belongs to somebody who never heard that he has it.
            if (isAllIdle && _random.Next(4) == 0) JumpClock();
            await HappenAsync(step);
        }
        IsOver = true;
        while (true)
        {
            List<Step> rest;
            lock (_lock)
            {
                rest = [.. _waiting];
                _waiting.Clear();
                if (rest.Count == 0 && _live == 0) return;
            }
            foreach (var step in rest) step.Fail(Dead());
            await _changed.WaitAsync(TimeSpan.FromMilliseconds(5));
        }
    }

    private static ClusterSearchException Dead() => new(ErrorCodes.ArchiveUnreachable, "killed");

    private async Task UntilAllWaitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            lock (_lock)
                if (_waiting.Count == _live && _live > 0) return;
            await _changed.WaitAsync(limit.Token);
        }
    }

    private void JumpClock()
    {
        ClockOffset += Jump;
        _history.Add($"the clock jumps to +{ClockOffset.TotalHours:0} h");
    }

    private async Task HappenAsync(Step step)
    {
        if (step.Name == Idle)
        {
            step.Succeed();
            return;
        }
        var chance = _random.Next(100);
        if (chance < 2 && _jumps < MostJumps)
        {
            _jumps++;
            JumpClock();
        }
        if (chance is >= 2 and < 4 && _kills < MostKills)
        {
            _kills++;
            var hasHappened = _random.Next(2) == 0;
            if (hasHappened) await TryAsync(step.Call);
            Note(step, hasHappened ? "happens, and its caller dies" : "its caller dies");
            step.Actor.IsDead = true;
            step.Fail(Dead());
            return;
        }
        switch (chance)
        {
            case < 10:
                Note(step, "is lost");
                step.Fail(Lost());
                return;
            case < 16:
                await TryAsync(step.Call);
                Note(step, "happens, its answer is lost");
                step.Fail(Lost());
                return;
            case < 26 when Repeatable.Contains(step.Name):
                await TryAsync(step.Call);
                Note(step, "happens twice");
                break;
            default:
                _history.Add($"{step.Actor.Name}: {step.Name}");
                break;
        }
        if (await TryAsync(step.Call) is { } fault) step.Fail(fault);
        else step.Succeed();
    }

    private void Note(Step step, string what)
    {
        Faults++;
        _history.Add($"{step.Actor.Name}: {step.Name} {what}");
    }

    private static ClusterSearchException Lost() => new(ErrorCodes.ArchiveUnreachable, "lost") { IsTransient = true };

    private static async Task<Exception?> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (Exception fault) when (fault is ClusterSearchException or OperationCanceledException)
        {
            return fault;
        }
    }

    private Task WaitTurnAsync(Actor actor, string name, Func<Task> call)
    {
        if (actor.IsDead || IsOver) throw Dead();
        var step = new Step(actor, name, call);
        lock (_lock) _waiting.Add(step);
        _changed.Release();
        return step.Done;
    }

    /// <summary>One who acts, one call at a time.</summary>
    internal sealed class Actor(SeededScheduler scheduler, string name)
    {
        public string Name => name;

        public bool IsDead { get; set; }

        /// <summary>Whether to go on.</summary>
        public bool IsActive => !IsDead && !scheduler.IsOver;

        public ICatalog Sees(ICatalog catalog) => CatalogProxy.Before(catalog, (call, make) => scheduler.WaitTurnAsync(this, call, make));

        /// <summary>Says that there is nothing to do, and waits for another turn.</summary>
        public Task IdleAsync() => scheduler.WaitTurnAsync(this, Idle, () => Task.CompletedTask);
    }

    private sealed class Step(Actor actor, string name, Func<Task> call)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Actor Actor => actor;

        public string Name => name;

        public Func<Task> Call => call;

        public Task Done => _done.Task;

        public void Succeed() => _done.SetResult();

        public void Fail(Exception fault) => _done.SetException(fault);
    }
}
