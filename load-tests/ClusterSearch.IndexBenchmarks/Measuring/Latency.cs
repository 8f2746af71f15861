using System.Diagnostics;

namespace ClusterSearch.IndexBenchmarks.Measuring;

/// <summary>Milliseconds of single calls, one at a time.</summary>
internal sealed record Latency(int Count, double P50, double P95, double Maximum)
{
    public static Latency Of(IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        return new Latency(sorted.Length, sorted[sorted.Length / 2], sorted[Math.Min(sorted.Length - 1, sorted.Length * 95 / 100)], sorted[^1]);
    }

    public static async Task<(T Result, double Milliseconds)> TimeAsync<T>(Func<Task<T>> call)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await call();
        return (result, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }
}
