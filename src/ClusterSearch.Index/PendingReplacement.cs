using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Quantisation;

namespace ClusterSearch.Index;

/// <summary>A replacement as the index keeps it.</summary>
internal sealed record QuantisedReplacement(VideoId Video, VideoAttributes Attributes, SampleRange Range, IReadOnlyList<QuantisedUnit> Units);

/// <summary>
/// A replacement, checked, on its way into the index. Those that wait while a write is under way go into the next one together, in
/// the order of their calls, however long it took to make of each what the index keeps.
/// </summary>
/// <param name="dimension">Of its vectors; 0 when it has none.</param>
/// <param name="sampleCount">Of all units.</param>
/// <param name="content">What the index keeps of it, once it is made.</param>
internal sealed class PendingReplacement(int dimension, long sampleCount, Task<IReadOnlyList<QuantisedReplacement>> content)
{
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Dimension { get; } = dimension;

    public long SampleCount { get; } = sampleCount;

    public Task<IReadOnlyList<QuantisedReplacement>> Content { get; } = content;

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
    private const long GroupSamples = 65_536;

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
