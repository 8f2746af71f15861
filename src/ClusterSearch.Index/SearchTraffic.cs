using System.Diagnostics;

namespace ClusterSearch.Index;

/// <summary>
/// Lets searches go before appending and merging where they share processors: whoever makes segments gives way every so often while
/// a search is under way, for a bounded time, so that writing slows down under constant searching and never stops. One a store.
/// </summary>
internal sealed class SearchTraffic
{
    private const int LongestPauseMs = 5;

    // Between pauses: enough for a few units, too little to be felt in an answer of milliseconds.
    private static readonly TimeSpan WorkBetweenPauses = TimeSpan.FromMilliseconds(0.5);

    [ThreadStatic]
    private static long _lastPause;

    private int _running;

    /// <summary>A search begins; it ends when this is disposed.</summary>
    public Passage Enter()
    {
        Interlocked.Increment(ref _running);
        return new Passage(this);
    }

    /// <summary>Called by threads that make segments, between small parts of their work.</summary>
    public void GiveWay()
    {
        if (Volatile.Read(ref _running) == 0 || Stopwatch.GetElapsedTime(_lastPause) < WorkBetweenPauses) return;
        for (var waited = 0; waited < LongestPauseMs && Volatile.Read(ref _running) > 0; waited++) Thread.Sleep(1);
        _lastPause = Stopwatch.GetTimestamp();
    }

    internal readonly struct Passage(SearchTraffic traffic) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref traffic._running);
    }
}
