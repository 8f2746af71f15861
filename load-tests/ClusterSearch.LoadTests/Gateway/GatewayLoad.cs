using System.Globalization;
using System.Text.Json;

namespace ClusterSearch.LoadTests.Gateway;

/// <summary>
/// Searches over HTTP beside the same searches in process: 1, 8 and 64 clients, server and generator held to one core each and the process
/// without HTTP to the server's. Rounds alternate, so that what the machine does besides meets both.
/// </summary>
internal static class GatewayLoad
{
    private const int ServerCore = 0;
    private const int GeneratorCore = 1;
    private const int HostileEach = 100;
    private static readonly int[] ClientCounts = [1, 8, 64];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var program = arguments.Named["program"];
        var (samples, seconds, rounds) = (arguments.Number("samples", 100_000), arguments.Number("seconds", 6), arguments.Number("rounds", 3));
        var own = typeof(GatewayLoad).Assembly.Location;
        var directory = arguments.Text("archive", "") is { Length: > 0 } given ? given : Directory.CreateTempSubdirectory("clustersearch-gateway-").FullName;
        try
        {
            if (!File.Exists(Path.Combine(directory, "catalog.db")))
            {
                await using var archive = await OpenArchive.OpenAsync(directory);
                await SyntheticArchive.FillAsync(archive, samples, arguments.Number("seed", 1));
            }
            string[] Timed(int clients) => ["--clients", clients.ToString(CultureInfo.InvariantCulture), "--seconds", seconds.ToString(CultureInfo.InvariantCulture)];
            async Task<LoadResult> InProcessAsync(int clients) => Load.Read(await Pinned.LineAsync(Pinned.Start(ServerCore, own, ["gateway", "in-process", directory, .. Timed(clients)])));
            async Task<LoadResult> HttpAsync(int clients, string url, string[] more) => Load.Read(await Pinned.LineAsync(Pinned.Start(GeneratorCore, own, ["gateway", "generate", url, .. Timed(clients), .. more])));

            var rows = new List<GatewayRow>();
            GatewayHostileRow hostileRow;
            foreach (var clients in ClientCounts)
            {
                var (inProcess, http, packed) = (new List<LoadResult>(), new List<LoadResult>(), new List<LoadResult>());
                for (var round = 0; round < rounds; round++)
                {
                    inProcess.Add(await InProcessAsync(clients));
                    await using var server = await ServedProgram.StartAsync(ServerCore, program, directory);
                    http.Add(await HttpAsync(clients, server.Url, []));
                    packed.Add(await HttpAsync(clients, server.Url, ["--accept", "br"]));
                }
                rows.Add(new GatewayRow(clients, LoadResult.Mean(inProcess), LoadResult.Mean(http), LoadResult.Mean(packed)));
                await Console.Error.WriteLineAsync($"{clients} clients: in process {rows[^1].InProcess}; HTTP {rows[^1].Http}; HTTP, Brotli {rows[^1].HttpBrotli}");
            }
            await using (var server = await ServedProgram.StartAsync(ServerCore, program, directory))
            {
                var before = await HttpAsync(8, server.Url, []);
                await using var hostile = await HostileClients.StartAsync(server.Url, HostileEach);
                // Their own searches, a hundred, are answered first.
                var beside = await HttpAsync(8, server.Url, ["--warm-up", "15"]);
                var cutOff = await hostile.EndAsync();
                hostileRow = new GatewayHostileRow(hostile.Count, before, beside, cutOff.Count(life => life is not null), cutOff.Max());
            }
            var report = new GatewayReport(samples, seconds, rounds, rows, hostileRow);
            Console.WriteLine(arguments.IsJson ? JsonSerializer.Serialize(report, Indented) : report.ToText());
            return 0;
        }
        finally
        {
            if (arguments.Text("archive", "").Length == 0) Directory.Delete(directory, recursive: true);
        }
    }
}

internal sealed record GatewayRow(int Clients, LoadResult InProcess, LoadResult Http, LoadResult HttpBrotli);

/// <param name="LastCutOffSeconds">After their start; null when none was cut off.</param>
internal sealed record GatewayHostileRow(int Hostile, LoadResult Before, LoadResult Beside, int CutOff, double? LastCutOffSeconds);

internal sealed record GatewayReport(int Samples, int Seconds, int Rounds, IReadOnlyList<GatewayRow> Rows, GatewayHostileRow Hostile)
{
    public string ToText()
    {
        var lines = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"{Samples} samples, 20 moments a search, {Rounds} rounds of {Seconds} s; server and generator on a core each"),
            "clients                       searches/s    p50 ms    p95 ms    p99 ms   beside in process",
        };
        foreach (var row in Rows)
        {
            lines.Add($"{row.Clients,7}  in process          {row.InProcess}");
            foreach (var (name, result) in ((string, LoadResult)[])[("HTTP", row.Http), ("HTTP, Brotli", row.HttpBrotli)])
                lines.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{row.Clients,7}  {name,-18}  {result}   {result.PerSecond / row.InProcess.PerSecond * 100,5:0.0} % of the throughput, p50 {result.P50Ms - row.InProcess.P50Ms:+0.00;-0.00} ms"));
        }
        lines.Add($"{8,7}  alone               {Hostile.Before}");
        lines.Add(string.Create(CultureInfo.InvariantCulture,
            $"{8,7}  beside {Hostile.Hostile} hostile  {Hostile.Beside}   {Hostile.CutOff} cut off within {Hostile.LastCutOffSeconds:0.0} s"));
        return string.Join('\n', lines);
    }
}
