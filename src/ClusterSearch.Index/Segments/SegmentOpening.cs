using System.Runtime.ExceptionServices;

namespace ClusterSearch.Index.Segments;

/// <summary>Opens many segments at once. A cold one is a few reads here and there in its file, so threads wait for the disk together.</summary>
internal static class SegmentOpening
{
    private const int MaximumThreads = 32;

    /// <summary>Fewer files than this are opened one after the other.</summary>
    private const int FilesPerThread = 4;

    /// <returns>In the order of the paths.</returns>
    /// <exception cref="FileNotFoundException">As of <see cref="Segment.Open"/>, whose faults are thrown as they are; nothing stays open then.</exception>
    public static IReadOnlyList<Segment> OpenAll(IReadOnlyList<string> paths)
    {
        var segments = new Segment?[paths.Count];
        ExceptionDispatchInfo? fault = null;
        var next = -1;
        Thread[] others = [.. Enumerable.Range(0, Math.Min(MaximumThreads, paths.Count / FilesPerThread)).Select(_ => new Thread(Take) { IsBackground = true })];
        foreach (var thread in others) thread.Start();
        Take();
        foreach (var thread in others) thread.Join();
        if (fault is null) return segments!;
        foreach (var segment in segments) segment?.Release();
        fault.Throw();
        return [];

        void Take()
        {
            for (var i = Interlocked.Increment(ref next); i < paths.Count && fault is null; i = Interlocked.Increment(ref next))
            {
                try
                {
                    segments[i] = Segment.Open(paths[i]);
                }
                catch (Exception thrown)
                {
                    Interlocked.CompareExchange(ref fault, ExceptionDispatchInfo.Capture(thrown), null);
                }
            }
        }
    }
}
