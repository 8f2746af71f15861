using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Working;

/// <summary>What a worker process says of itself, gathered from its slots: totals, what each does, what holds it up.</summary>
/// <param name="tell">Told what an operator should know.</param>
/// <param name="earlierCrash">How the process before this one ended; null where none did.</param>
/// <param name="name">Unique among the archive's workers; null: host and process.</param>
/// <param name="role">What the process is for.</param>
internal sealed class WorkerPulse(Action<string> tell, Failure? earlierCrash, string? name = null, string role = "worker")
{
    private readonly Lock _lock = new();
    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private readonly SortedDictionary<int, string> _doing = [];
    private readonly Dictionary<string, Failure> _hindrances = new(StringComparer.Ordinal);
    private long _chunks, _samples;
    private double _seconds;
    private Failure? _lastFault = earlierCrash;
    private bool _hasBegun, _isStopping, _hasStopped;

    public string? EncoderFingerprint { get; set; }

    public string? Device { get; set; }

    public string Name { get; } = name ?? $"{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>Chunks, and seconds of footage, done so far.</summary>
    public (long Chunks, double Seconds) Done
    {
        get
        {
            lock (_lock) return (_chunks, _seconds);
        }
    }

    public void Begin(int slot, string what)
    {
        lock (_lock)
        {
            _hasBegun = true;
            _doing[slot] = what;
        }
    }

    public void End(int slot)
    {
        lock (_lock) _doing.Remove(slot);
    }

    public void Idle()
    {
        lock (_lock) _hasBegun = true;
    }

    public void Count(ChunkOutcome outcome)
    {
        lock (_lock)
        {
            if (outcome.Kind == ChunkOutcomeKind.Embedded)
            {
                _chunks++;
                _samples += outcome.Samples;
                _seconds += outcome.Seconds;
            }
            if (outcome.Failure is { } failure) _lastFault = failure;
        }
    }

    /// <summary>Something other than a chunk holds the worker up. Said once, until it is over.</summary>
    /// <param name="cause">What is hindered: one hindrance each at a time.</param>
    public void Hinder(string cause, Failure failure)
    {
        lock (_lock)
        {
            _lastFault = failure;
            var isNew = !_hindrances.TryGetValue(cause, out var known) || known.Code != failure.Code;
            _hindrances[cause] = failure;
            if (!isNew) return;
        }
        tell($"{failure.Message} ({failure.Code})");
    }

    public void Hinder(string cause, ClusterSearchException fault) => Hinder(cause, new Failure(fault.Code, fault.Message));

    public void Free(string cause)
    {
        lock (_lock)
        {
            if (!_hindrances.Remove(cause)) return;
        }
        tell($"{cause}: goes on");
    }

    public void Stopping()
    {
        lock (_lock) _isStopping = true;
    }

    public void Stopped()
    {
        lock (_lock) _hasStopped = true;
    }

    public WorkerReport Report(int slots)
    {
        lock (_lock)
        {
            return new WorkerReport
            {
                Name = Name,
                Host = Environment.MachineName,
                ProcessId = Environment.ProcessId,
                StartedAt = _startedAt,
                Role = role,
                State = _hasStopped ? WorkerState.Stopped
                    : _isStopping ? WorkerState.Stopping
                    : _hindrances.Count > 0 ? WorkerState.Faulted
                    : _doing.Count > 0 ? WorkerState.Working
                    : _hasBegun ? WorkerState.Idle : WorkerState.Starting,
                Slots = slots,
                Device = Device,
                EncoderFingerprint = EncoderFingerprint,
                ChunksDone = _chunks,
                SecondsDone = _seconds,
                SamplesDone = _samples,
                Activity = _hindrances.Count > 0 ? $"waits: {_hindrances.Values.First().Message}"
                    : _doing.Count > 0 ? string.Join(", ", _doing.Values) : null,
                LastFault = _lastFault,
            };
        }
    }
}
