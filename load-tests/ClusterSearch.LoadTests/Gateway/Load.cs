using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ClusterSearch.LoadTests.Gateway;

/// <summary>One way of asking, by so many clients at once for so long: what came of it.</summary>
/// <param name="PerSecond">Searches answered a second.</param>
internal sealed record LoadResult(int Clients, long Searches, double PerSecond, double P50Ms, double P95Ms, double P99Ms)
{
    public static LoadResult Mean(IReadOnlyList<LoadResult> rounds) => new(
        rounds[0].Clients, rounds.Sum(r => r.Searches), rounds.Average(r => r.PerSecond), rounds.Average(r => r.P50Ms), rounds.Average(r => r.P95Ms), rounds.Average(r => r.P99Ms));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PerSecond,9:0.0} {P50Ms,9:0.00} {P95Ms,9:0.00} {P99Ms,9:0.00}");
}

/// <summary>Clients that ask again as soon as they are answered.</summary>
internal static class Load
{
    public static readonly string[] Queries =
    [
        "a cat", "a dog on the beach", "a red sports car", "a cup of coffee", "a temple by a lake", "an orange flower", "a rocket launch", "a fishing boat",
        "an old steam train", "a violin", "somebody cooks dinner", "birds over the sea", "a mountain in the snow", "a castle", "a laptop computer", "a school bus",
    ];

    /// <param name="clients">At once; each has its own place in the row of queries.</param>
    /// <param name="warmUp">Not counted: code is compiled and caches fill.</param>
    /// <param name="duration">Counted.</param>
    /// <param name="search">Asks one query; throws where it is not answered.</param>
    public static async Task<LoadResult> RunAsync(int clients, TimeSpan warmUp, TimeSpan duration, Func<string, Task> search)
    {
        var started = Stopwatch.GetTimestamp();
        var latencies = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var own = new List<double>();
            for (var asked = client; ; asked++)
            {
                var begun = Stopwatch.GetElapsedTime(started);
                if (begun >= warmUp + duration) return own;
                await search(Queries[asked % Queries.Length]);
                // What is answered within the time counts, whenever it was asked: with many clients an answer takes seconds.
                var ended = Stopwatch.GetElapsedTime(started);
                if (ended >= warmUp && ended < warmUp + duration) own.Add((ended - begun).TotalMilliseconds);
            }
        })));
        var sorted = latencies.SelectMany(own => own).Order().ToArray();
        return new LoadResult(clients, sorted.Length, sorted.Length / duration.TotalSeconds, At(sorted, 0.5), At(sorted, 0.95), At(sorted, 0.99));
    }

    public static string Write(LoadResult result) => JsonSerializer.Serialize(result);

    public static LoadResult Read(string line) => JsonSerializer.Deserialize<LoadResult>(line)!;

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? throw new InvalidOperationException("no search was answered within the time") : sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(share * sorted.Length))];
}
