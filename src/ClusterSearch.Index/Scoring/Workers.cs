namespace ClusterSearch.Index.Scoring;

/// <summary>Shares parts of a scan between threads, each with a workspace of its own.</summary>
internal readonly record struct Workers(int Threads)
{
    /// <param name="parts">How many there are.</param>
    /// <param name="createSpace">Once a thread.</param>
    /// <param name="work">Each part once, in any order.</param>
    /// <param name="cancellation">Checked between parts.</param>
    public void Run<T>(int parts, Func<T> createSpace, Action<int, T> work, CancellationToken cancellation)
    {
        if (parts == 0) return;
        var next = -1;
        if (Threads == 1 || parts == 1)
        {
            Take();
            return;
        }
        Parallel.For(0, Math.Min(Threads, parts), new ParallelOptions { MaxDegreeOfParallelism = Threads, CancellationToken = cancellation }, _ => Take());

        void Take()
        {
            var space = createSpace();
            for (var part = Interlocked.Increment(ref next); part < parts; part = Interlocked.Increment(ref next))
            {
                cancellation.ThrowIfCancellationRequested();
                work(part, space);
            }
        }
    }
}
