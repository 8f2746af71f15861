using System.Globalization;
using System.Text.Json;

namespace ClusterSearch.LoadTests.Gateway;

/// <summary>Resident memory of a gateway from request 10,000 to the last: searches of eight clients over a small archive, every answer read.</summary>
internal static class GatewayMemory
{
    private const int Clients = 8;
    private const int Step = 10_000;
    private const int TextEvery = 16;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var requests = arguments.Number("requests", 100_000);
        var directory = Directory.CreateTempSubdirectory("clustersearch-gateway-memory-").FullName;
        try
        {
            await using (var archive = await OpenArchive.OpenAsync(directory)) await SyntheticArchive.FillAsync(archive, arguments.Number("samples", 500), 1);
            await using var server = await ServedProgram.StartAsync(0, arguments.Named["program"], directory);
            using var http = LoadRoles.Client(server.Url);
            var videos = JsonSerializer.Deserialize<JsonElement>(await http.GetStringAsync("api/v1/videos")).GetProperty("videos").EnumerateArray()
                .Select(video => (Id: video.GetProperty("videoId").GetString()!, Samples: video.GetProperty("samples").GetInt32())).ToList();
            // Mostly moments, whose vectors are there already: what is looked for is what a request leaves behind, not what a model computes.
            string QueryOf(int number) => number % TextEvery == 0
                ? LoadRoles.TextPart(Load.Queries[number / TextEvery % Load.Queries.Length])
                : $$"""{"kind":"moment","video":"{{videos[number % videos.Count].Id}}","seconds":{{number % videos[number % videos.Count].Samples}}}""";
            var readings = new List<MemoryReading>();
            for (var done = 0; done < requests; done += Step)
            {
                var asked = done - 1;
                await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
                {
                    for (int mine; (mine = Interlocked.Increment(ref asked)) < done + Step;) await LoadRoles.SearchPartAsync(http, QueryOf(mine));
                })));
                readings.Add(new MemoryReading(done + Step, server.ResidentBytes));
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{done + Step} requests: {server.ResidentBytes / 1048576.0:0.0} MiB"));
            }
            var report = new MemoryReport(readings, (double)readings[^1].ResidentBytes / readings[0].ResidentBytes - 1);
            Console.WriteLine(arguments.IsJson ? JsonSerializer.Serialize(report, Indented)
                : string.Create(CultureInfo.InvariantCulture, $"{readings[0].Requests} requests {readings[0].ResidentBytes / 1048576.0:0.0} MiB, {readings[^1].Requests} requests {readings[^1].ResidentBytes / 1048576.0:0.0} MiB: {report.Growth * 100:+0.0;-0.0} %"));
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

internal sealed record MemoryReading(int Requests, long ResidentBytes);

/// <param name="Growth">Of the last reading over the first, as a share.</param>
internal sealed record MemoryReport(IReadOnlyList<MemoryReading> Readings, double Growth);
