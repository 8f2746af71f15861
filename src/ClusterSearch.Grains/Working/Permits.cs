namespace ClusterSearch.Grains.Working;

/// <summary>
/// Places of one silo. A permit is given out, begun, ended. One that nobody begins expires with the lease that it was meant for, so
/// that whoever took it may be gone; one that was begun lasts as long as the work, which ends with its lease by itself.
/// </summary>
/// <param name="capacity">Chunks done at once.</param>
/// <param name="time">Its timestamps are monotonic.</param>
internal sealed class Permits(int capacity, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Permit> _permits = [];

    public int Capacity => capacity;

    public int Free
    {
        get
        {
            lock (_lock)
            {
                DropExpired();
                return _permits.Values.Any(permit => permit.IsAlone) ? 0 : capacity - _permits.Count;
            }
        }
    }

    public int InUse
    {
        get
        {
            lock (_lock) return _permits.Values.Count(permit => permit.HasBegun);
        }
    }

    /// <param name="duration">Of the lease that it is meant for.</param>
    /// <param name="isAlone">Nothing else is done beside it.</param>
    /// <returns>Null when nothing is free.</returns>
    public Guid? TryTake(TimeSpan duration, bool isAlone = false)
    {
        lock (_lock)
        {
            DropExpired();
            if (_permits.Count >= (isAlone ? 1 : capacity) || _permits.Values.Any(permit => permit.IsAlone)) return null;
            var id = Guid.NewGuid();
            _permits[id] = new Permit(time.GetTimestamp(), duration, isAlone);
            return id;
        }
    }

    /// <summary>Begins the work.</summary>
    /// <param name="needsAlone">Only with a permit for work alone.</param>
    /// <returns>False for a permit that expired, was begun before, or does not suffice.</returns>
    public bool TryBegin(Guid id, bool needsAlone)
    {
        lock (_lock)
        {
            DropExpired();
            if (!_permits.TryGetValue(id, out var permit) || permit.HasBegun) return false;
            if (needsAlone && !permit.IsAlone && _permits.Count > 1) return false;
            _permits[id] = permit with { HasBegun = true, IsAlone = permit.IsAlone || needsAlone };
            return true;
        }
    }

    /// <summary>Gives a permit back, begun or not. Unknown ones are no error.</summary>
    public void Return(Guid id)
    {
        lock (_lock) _permits.Remove(id);
    }

    private void DropExpired()
    {
        foreach (var (id, permit) in _permits.ToList())
            if (!permit.HasBegun && time.GetElapsedTime(permit.GivenAt) >= permit.Duration) _permits.Remove(id);
    }

    private sealed record Permit(long GivenAt, TimeSpan Duration, bool IsAlone)
    {
        public bool HasBegun { get; init; }
    }
}
