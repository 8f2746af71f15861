using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClusterSearch.Archive;
using ClusterSearch.Core.Vectors;
using ClusterSearch.LoadTests.Gateway;

namespace ClusterSearch.LoadTests;

/// <summary>Latency of whole text searches inside a warm process, beside a scan that scores every sample of the same archive.</summary>
internal static class SearchLatency
{
    private const int Rounds = 10;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var samples = arguments.Number("samples", 100_000);
        var seed = arguments.Number("seed", 1);
        var directory = Directory.CreateTempSubdirectory("clustersearch-latency-").FullName;
        try
        {
            await using var archive = await OpenArchive.OpenAsync(directory);
            var filling = Stopwatch.GetTimestamp();
            await SyntheticArchive.FillAsync(archive, samples, seed);
            var fillSeconds = Stopwatch.GetElapsedTime(filling).TotalSeconds;

            var whole = new List<double>();
            var embed = new List<double>();
            var search = new List<double>();
            var assemble = new List<double>();
            var scan = new List<double>();
            var encodingId = (await archive.Ports.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
            for (var round = -1; round < Rounds; round++)
            {
                foreach (var text in Load.Queries)
                {
                    var request = new SearchRequest { Parts = [new TextPart(text)] };
                    var started = Stopwatch.GetTimestamp();
                    var answer = await archive.Search.SearchAsync(request, CancellationToken.None);
                    var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                    if (round == 0) await Console.Error.WriteLineAsync($"{text}: {answer.Timings.SearchMs:0.0} ms, {answer.Explanation[2]}");
                    var query = await archive.Search.QueryVectorAsync(request, CancellationToken.None);
                    using var snapshot = await archive.Ports.Vectors.SnapshotAsync(encodingId, CancellationToken.None);
                    var scanning = Stopwatch.GetTimestamp();
                    await snapshot.SearchSamplesAsync([query], VectorFilter.None, int.MaxValue, CancellationToken.None);
                    // The first round warms caches and code.
                    if (round < 0) continue;
                    scan.Add(Stopwatch.GetElapsedTime(scanning).TotalMilliseconds);
                    whole.Add(elapsed);
                    embed.Add(answer.Timings.EmbedMs);
                    search.Add(answer.Timings.SearchMs);
                    assemble.Add(answer.Timings.MomentsMs);
                }
            }
            var report = new LatencyReport(samples, seed, Environment.ProcessorCount, whole.Count, fillSeconds,
                Of(whole), Of(embed), Of(search), Of(assemble), Of(scan));
            Console.WriteLine(arguments.IsJson ? JsonSerializer.Serialize(report, Indented) : report.ToText());
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static Percentiles Of(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return new Percentiles(sorted[sorted.Length / 2], sorted[sorted.Length * 95 / 100], sorted[^1]);
    }
}

internal sealed record Percentiles(double P50, double P95, double Maximum)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{P50,8:0.00} {P95,8:0.00} {Maximum,8:0.00}");
}

internal sealed record LatencyReport(
    int Samples, int Seed, int Cores, int Searches, double FillSeconds,
    Percentiles WholeMs, Percentiles EmbedMs, Percentiles SearchMs, Percentiles MomentsMs, Percentiles ScoreEverySampleMs)
{
    public string ToText() => string.Create(CultureInfo.InvariantCulture,
        $"""
        {Samples} samples (seed {Seed}), {Searches} text searches for 20 moments, {Cores} cores; filled and indexed in {FillSeconds:0.0} s
                                      p50      p95      max   ms
          whole search           {WholeMs}
            query embedding      {EmbedMs}
            index                {SearchMs}
            moments, coverage    {MomentsMs}
          every sample scored    {ScoreEverySampleMs}
        """);
}
