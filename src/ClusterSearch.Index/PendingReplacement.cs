using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index;

/// <summary>A replacement, checked, on its way into the index. Those that wait while a write is under way go into the next one together.</summary>
/// <param name="dimension">Of its vectors; 0 when it has none.</param>
internal sealed class PendingReplacement(int dimension, IReadOnlyList<UnitReplacement> replacements)
{
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Dimension { get; } = dimension;

    public IReadOnlyList<UnitReplacement> Replacements { get; } = replacements;

    public long SampleCount { get; } = replacements.Sum(replacement => replacement.Units.Sum(unit => (long)unit.Count));

    /// <summary>Whether a write has begun that has it; it cannot be taken back then.</summary>
    public bool IsTaken { get; set; }

    /// <summary>Ends when the replacement is durable or was refused.</summary>
    public Task Written => _written.Task;

    public void Succeed() => _written.TrySetResult();

    public void Fail(Exception fault) => _written.TrySetException(fault);
}

/// <summary>Replacements of one encoding that wait for their write, in order.</summary>
internal sealed class ReplacementQueue
{
    /// <summary>A write takes no more than so many samples together, so that the first of them does not wait for long.</summary>
    private const long GroupSamples = 16_384;

    private readonly Lock _lock = new();
    private readonly LinkedList<PendingReplacement> _waiting = [];

    public void Add(PendingReplacement replacement)
    {
        lock (_lock) _waiting.AddLast(replacement);
    }

    /// <returns>False when its write has begun.</returns>
    public bool TryRemove(PendingReplacement replacement)
    {
        lock (_lock) return _waiting.Remove(replacement);
    }

    /// <summary>Those that are written together next: the first one, and what else there is room for.</summary>
    public IReadOnlyList<PendingReplacement> TakeGroup()
    {
        var group = new List<PendingReplacement>();
        lock (_lock)
        {
            long samples = 0;
            while (_waiting.First?.Value is { } next && (group.Count == 0 || samples + next.SampleCount <= GroupSamples))
            {
                _waiting.RemoveFirst();
                next.IsTaken = true;
                samples += next.SampleCount;
                group.Add(next);
            }
        }
        return group;
    }
}
