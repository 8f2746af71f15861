using ClusterSearch.Core.Footage;

namespace ClusterSearch.Media.Decoding;

/// <summary>Finds, among all decoded frames, the one that each sample shows and the sharpest change on the way to it.</summary>
internal sealed class EdgeTracker
{
    private readonly Queue<ReportLine> _ahead = new();
    private long? _shown;
    private long _latest = long.MinValue;

    public void Add(ReportLine frame)
    {
        _ahead.Enqueue(frame);
        _latest = Math.Max(_latest, frame.Time);
    }

    /// <summary>Whether a frame after this tick was seen, so that all up to it are known.</summary>
    public bool HasPassed(long ticks) => _latest > ticks;

    /// <summary>Moves on to the last frame at or before an instant. Instants ascend from call to call.</summary>
    /// <returns>Null when no frame has come yet.</returns>
    public SampleTiming? Advance(long instantTicks)
    {
        var hadPrevious = _shown is not null;
        long? edge = null;
        var strength = -1f;
        while (_ahead.TryPeek(out var frame) && frame.Time <= instantTicks)
        {
            _ahead.Dequeue();
            _shown = frame.Time;
            if (!hadPrevious || frame.Difference <= strength) continue;
            edge = frame.Time;
            strength = frame.Difference;
        }
        if (_shown is not { } shown) return null;
        return edge is { } edgeTicks ? new SampleTiming(shown, edgeTicks, strength) : new SampleTiming(shown, shown, 0);
    }
}
