using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Scoring;

/// <summary>Counts what searches take; safe for any number of threads.</summary>
internal sealed class SearchMeter
{
    private string _plan = "none";
    private long _passing;
    private long _estimated;
    private long _means;
    private long _samples;
    private long _bytes;

    public SearchCost Cost => new(Volatile.Read(ref _plan), Volatile.Read(ref _passing), Volatile.Read(ref _estimated), Volatile.Read(ref _means), Volatile.Read(ref _samples), Volatile.Read(ref _bytes));

    public void Plan(string plan, long passing)
    {
        Volatile.Write(ref _plan, plan);
        Volatile.Write(ref _passing, passing);
    }

    public void AddEstimates(long count, long bytes) => Add(ref _estimated, count, bytes);

    public void AddMeans(long count, long bytes) => Add(ref _means, count, bytes);

    public void AddSamples(long count, long bytes) => Add(ref _samples, count, bytes);

    private void Add(ref long counter, long count, long bytes)
    {
        Interlocked.Add(ref counter, count);
        Interlocked.Add(ref _bytes, bytes);
    }
}
