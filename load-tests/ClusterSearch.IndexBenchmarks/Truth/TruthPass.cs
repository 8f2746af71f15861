using ClusterSearch.Core.Vectors;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Measuring;

namespace ClusterSearch.IndexBenchmarks.Truth;

/// <summary>
/// Makes videos on all cores, a group at a time, and computes the truth of each while its vectors are in the cache. What
/// comes out is handed on and forgotten: float32 vectors are never stored.
/// </summary>
internal sealed class TruthPass
{
    private readonly MadeFootage _footage;
    private readonly TruthAccumulator _all;
    private readonly Worker[] _workers;

    public TruthPass(MadeFootage footage, IReadOnlyList<MadeQuery> queries, IReadOnlyList<Scope> scopes, int count)
    {
        _footage = footage;
        float[][] vectors = [.. queries.Select(query => query.Vector)];
        _all = new TruthAccumulator(footage, vectors, scopes, count);
        _workers = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Worker(footage.CreateMaker(), new TruthAccumulator(footage, vectors, scopes, count)))];
    }

    /// <summary>Processor time of making videos, of building units, and of all with the truth, so far, all threads together.</summary>
    public (TimeSpan Making, TimeSpan Units, TimeSpan All) ProcessorTime { get; private set; }

    /// <summary>The truth of all videos made so far.</summary>
    public TruthAccumulator Found => _all;

    /// <summary>Makes videos [first, end) and adds them to the truth.</summary>
    /// <returns>What to put into a store, in order.</returns>
    public IReadOnlyList<UnitReplacement> Make(int first, int end)
    {
        var made = new UnitReplacement[end - first];
        var next = first - 1;
        var threads = Array.ConvertAll(_workers, worker => new Thread(() =>
        {
            for (var video = Interlocked.Increment(ref next); video < end; video = Interlocked.Increment(ref next))
                made[video - first] = worker.Make(_footage, video);
        }));
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        foreach (var worker in _workers) worker.Truth.MergeInto(_all);
        ProcessorTime = (Sum(worker => worker.Making), Sum(worker => worker.Building), Sum(worker => worker.All));
        return made;

        TimeSpan Sum(Func<Worker, TimeSpan> part) => _workers.Aggregate(TimeSpan.Zero, (sum, worker) => sum + part(worker));
    }

    private sealed class Worker(MadeFootage.Maker maker, TruthAccumulator truth)
    {
        public TruthAccumulator Truth => truth;

        public TimeSpan Making { get; private set; }

        public TimeSpan Building { get; private set; }

        public TimeSpan All { get; private set; }

        public UnitReplacement Make(MadeFootage footage, int video)
        {
            var started = ThreadClock.ProcessorTime();
            var made = maker.Make(video);
            var making = ThreadClock.ProcessorTime();
            var units = made.Units();
            var building = ThreadClock.ProcessorTime();
            truth.Add(made, units);
            Making += making - started;
            Building += building - making;
            All += ThreadClock.ProcessorTime() - started;
            return new UnitReplacement(footage.IdOf(video), MadeFootage.AttributesOf(video), new Core.Footage.SampleRange(0, made.Count), units);
        }
    }
}
