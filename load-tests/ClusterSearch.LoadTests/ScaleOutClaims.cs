using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Testing;
using Npgsql;

namespace ClusterSearch.LoadTests;

/// <summary>
/// What claims cost in a ledger of 10,000 hours (600,000 chunks of a minute): claimants that each "work" 250 ms between a
/// claim and its commit, at 1, 50 and 99 % done; then ever more of them, until a claim's 95th percentile passes 5 ms. Server
/// and claimants share the machine; commits reach the disk.
/// </summary>
internal static class ScaleOutClaims
{
    private const double LimitMs = 5;

    private static TimeSpan Work { get; set; }

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var videos = arguments.Number("videos", 10_000);
        var chunks = arguments.Number("chunks", 60);
        var claimants = arguments.Number("claimants", 64);
        var seconds = arguments.Number("seconds", 60);
        var ramp = arguments.Number("ramp-seconds", 20);
        Work = TimeSpan.FromMilliseconds(arguments.Number("work-ms", 250));
        var given = Environment.GetEnvironmentVariable("CLUSTERSEARCH_POSTGRES");
        if (string.IsNullOrEmpty(given) && PostgresServer.Missing is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);
            return 3;
        }
        await using var server = string.IsNullOrEmpty(given) ? await PostgresServer.CreateAsync(syncs: true, "shared_buffers=512MB", "max_connections=200") : null;
        var connectionString = server?.ConnectionString ?? given!;

        var levels = new List<Figures>();
        foreach (var percent in arguments.Text("done", "1,50,99").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
            levels.Add(await WithLedgerAsync(connectionString, videos, chunks, percent / 100.0, claimants,
                catalog => MeasureAsync($"{percent} % done", catalog, claimants, TimeSpan.FromSeconds(seconds))));
        var steps = new List<Figures>();
        if (ramp > 0)
            await WithLedgerAsync(connectionString, videos, chunks, 0.5, 160, async catalog =>
            {
                await RampAsync(catalog, claimants, TimeSpan.FromSeconds(ramp), steps);
                await OtherCallsAsync(catalog);
                return true;
            });

        var carried = steps.LastOrDefault(step => step.ClaimMs.P95 < LimitMs);
        if (arguments.IsJson) Console.WriteLine(JsonSerializer.Serialize(new { levels, steps, carried }));
        else if (carried is not null)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"highest rate with a claim's p95 below {LimitMs} ms: {carried.ClaimsPerSecond:0} claims/s; at 30 s a chunk that is {carried.ClaimsPerSecond * 30:N0} workers"));
        return 0;
    }

    private static async Task<T> WithLedgerAsync<T>(
        string connectionString, int videos, int chunks, double done, int connections, Func<PostgresCatalog, Task<T>> measure)
    {
        var schema = $"claims_{Guid.NewGuid():N}";
        await using var catalog = await SimulatedLedger.MakeAsync(connectionString, schema, videos, chunks, done, connections);
        try
        {
            return await measure(catalog);
        }
        finally
        {
            await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Command Timeout=0");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"DROP SCHEMA {schema} CASCADE", connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task RampAsync(PostgresCatalog catalog, int claimants, TimeSpan duration, List<Figures> steps)
    {
        int low = 0, high = 0;
        for (var count = claimants * 2; ;)
        {
            var step = await MeasureAsync($"{count} claimants", catalog, count, duration);
            steps.Add(step);
            if (step.ClaimMs.P95 < LimitMs) low = count;
            else high = count;
            if (high == 0) count *= 2;
            else if (high - low <= Math.Max(32, low / 8)) break;
            else count = (low + high) / 2;
        }
        steps.Sort((a, b) => a.Claimants.CompareTo(b.Claimants));
    }

    /// <summary>Calls whose cost might grow with the ledger, one after the other.</summary>
    private static async Task OtherCallsAsync(PostgresCatalog catalog)
    {
        var encoding = SimulatedLedger.Encoding.Id;
        var video = (await catalog.ListPlansAsync(encoding, CancellationToken.None))[0].Video;
        await TimeAsync("status", 50, () => catalog.StatusAsync(null, CancellationToken.None));
        await TimeAsync("list chunks of a video", 50, () => catalog.ListChunksAsync(video, encoding, CancellationToken.None));
        await TimeAsync("list to aggregate", 10, () => catalog.ListToAggregateAsync(encoding, CancellationToken.None));
        await TimeAsync("list plans", 5, () => catalog.ListPlansAsync(encoding, CancellationToken.None));
        await TimeAsync("list videos", 3, () => catalog.ListVideosAsync(CancellationToken.None));
        await TimeAsync("unmark every indexed chunk", 1, () => catalog.UnmarkIndexedAsync(null, encoding, CancellationToken.None));
        await TimeAsync("list to aggregate", 10, () => catalog.ListToAggregateAsync(encoding, CancellationToken.None));
    }

    private static async Task TimeAsync(string what, int times, Func<Task> call)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < times; i++) await call();
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.Elapsed.TotalMilliseconds / times:0.00} ms"));
    }

    private static async Task<Figures> MeasureAsync(string what, PostgresCatalog catalog, int claimants, TimeSpan duration)
    {
        var claimMs = new ConcurrentBag<double>();
        var commitMs = new ConcurrentBag<double>();
        var empty = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, claimants).Select(async i =>
        {
            var request = new ClaimRequest
            {
                EncodingId = SimulatedLedger.Encoding.Id,
                Worker = WorkerName.Of("simulated", i, 0),
                LeaseDuration = TimeSpan.FromMinutes(2),
                EncoderFingerprint = SimulatedLedger.EncoderFingerprint,
            };
            // Real workers do not start in step.
            await Task.Delay(Work * i / claimants);
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                var asked = Stopwatch.GetTimestamp();
                if (await catalog.ClaimAsync(request, CancellationToken.None) is not { } lease)
                {
                    Interlocked.Increment(ref empty);
                    break;
                }
                claimMs.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                await Task.Delay(Work);
                asked = Stopwatch.GetTimestamp();
                var result = new ChunkResult(new RawVectorReceipt(131_072, lease.Token + lease.Token), lease.Chunk.Samples.Count, 0, request.EncoderFingerprint, null);
                if (!await catalog.CommitAsync(lease, result, CancellationToken.None)) throw new InvalidOperationException("a commit was fenced");
                commitMs.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            }
        }));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var figures = new Figures(what, claimants, elapsed, claimMs.Count / elapsed, Percentiles.Of(claimMs), Percentiles.Of(commitMs), empty > 0);
        await Console.Error.WriteLineAsync(figures.ToString());
        return figures;
    }

    /// <param name="RanOut">Nothing was left to claim before the time was over.</param>
    private sealed record Figures(string What, int Claimants, double Seconds, double ClaimsPerSecond, Percentiles ClaimMs, Percentiles CommitMs, bool RanOut)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{What}: {Claimants} claimants, {Seconds:0.0} s{(RanOut ? " (ran out)" : "")}, {ClaimsPerSecond:0} claims/s; claim {ClaimMs} ms; commit {CommitMs} ms");
    }

    private sealed record Percentiles(int Count, double P50, double P95, double P99, double Max)
    {
        public static Percentiles Of(IEnumerable<double> values)
        {
            double[] sorted = [.. values.Order()];
            double At(double share) => sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
            return new Percentiles(sorted.Length, At(0.5), At(0.95), At(0.99), At(1));
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"p50 {P50:0.00}, p95 {P95:0.00}, p99 {P99:0.00}, max {Max:0.0}");
    }
}
