using System.Diagnostics;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Stores;

/// <summary>What one store did with the data.</summary>
/// <param name="SettleSeconds">Until what was written is searched as it will be from then on.</param>
internal sealed record StoreReport(
    string Store, double InsertSamplesPerSecond, double SettleSeconds, double Recall, SearchTimes Units, SearchTimes Samples, SearchTimes Filtered, double UnitsPerSecondOfEight);

/// <summary>Milliseconds of one call, one client.</summary>
internal sealed record SearchTimes(double P50, double P95)
{
    public static SearchTimes Of(List<double> milliseconds)
    {
        milliseconds.Sort();
        return new SearchTimes(milliseconds[milliseconds.Count / 2], milliseconds[milliseconds.Count * 95 / 100]);
    }
}

/// <summary>Writes the data, then searches it: units by bound as a query begins, samples, and units of one camera.</summary>
internal sealed class StoreRun(string name, IVectorStore store, StoreData data)
{
    private const string Encoding = "e1";
    private const int UnitsWanted = 1024;
    private const int SamplesWanted = 10;
    private const int Clients = 8;

    /// <param name="settle">Null where there is nothing to wait for.</param>
    public async Task<StoreReport> RunAsync(Func<string, Task>? settle)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var video in data.Videos) await store.ReplaceAsync(Encoding, [video], CancellationToken.None);
        var inserted = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var settling = Stopwatch.GetTimestamp();
        if (settle is not null) await settle(Encoding);
        var settled = Stopwatch.GetElapsedTime(settling).TotalSeconds;
        await Console.Error.WriteLineAsync($"{name}: written in {inserted:0.0} s, settled in {settled:0.0} s");

        using var snapshot = await store.SnapshotAsync(Encoding, CancellationToken.None);
        var camera = new VectorFilter { Cameras = new HashSet<string> { "camera 3" } };
        var units = await TimeAsync(query => snapshot.SearchUnitsAsync([query], VectorFilter.None, UnitsWanted, CancellationToken.None).AsTask());
        var samples = await TimeAsync(query => snapshot.SearchSamplesAsync([query], VectorFilter.None, SamplesWanted, CancellationToken.None).AsTask());
        var filtered = await TimeAsync(query => snapshot.SearchUnitsAsync([query], camera, UnitsWanted, CancellationToken.None).AsTask());
        return new StoreReport(name, data.Samples / inserted, settled, await RecallAsync(snapshot), units, samples, filtered, await ThroughputAsync(snapshot));
    }

    private async Task<SearchTimes> TimeAsync(Func<float[], Task> search)
    {
        var times = new List<double>();
        foreach (var query in data.Queries.Take(10)) await search(query);
        foreach (var query in data.Queries)
        {
            var started = Stopwatch.GetTimestamp();
            await search(query);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return SearchTimes.Of(times);
    }

    private async Task<double> ThroughputAsync(IVectorSnapshot snapshot)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(data.Queries, new ParallelOptions { MaxDegreeOfParallelism = Clients },
            async (query, token) => await snapshot.SearchUnitsAsync([query], VectorFilter.None, UnitsWanted, token));
        return data.Queries.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Of the ten best samples, against every sample's exact score.</summary>
    private async Task<double> RecallAsync(IVectorSnapshot snapshot)
    {
        var found = await snapshot.SearchSamplesAsync([.. data.Queries], VectorFilter.None, SamplesWanted, CancellationToken.None);
        var hits = 0;
        for (var query = 0; query < data.Queries.Count; query++)
        {
            var exact = data.Exact(data.Queries[query], SamplesWanted);
            hits += found[query].Count(hit => exact.Contains((hit.Video, hit.Number)));
        }
        return (double)hits / (data.Queries.Count * SamplesWanted);
    }
}
