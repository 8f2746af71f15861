using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;
using Npgsql;

namespace ClusterSearch.LoadTests;

/// <summary>
/// The same footage ingested by one, two, … worker processes on this machine, and what the catalogue costs meanwhile: claims
/// a second, the time that the server spent in claims and in all statements, as a share of the wall time. Registration and
/// the workers' start are not counted: the clock runs from the first lease to the last chunk in the index.
/// </summary>
internal static class ScaleOutWorkers
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        if (PostgresServer.Missing is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);
            return 3;
        }
        var program = new ProgramUnderTest(arguments.Text("program", ""));
        var minutes = arguments.Number("minutes", 20);
        using var directory = new TemporaryDirectory();
        var footage = directory.File("loop.mp4");
        using (var loop = Process.Start("ffmpeg",
                   ["-v", "error", "-nostdin", "-stream_loop", "-1", "-i", Path.GetFullPath(arguments.Positional[0]), "-t", $"{minutes * 60}", "-an", "-c", "copy", footage]))
            await loop.WaitForExitAsync();

        await using var server = await PostgresServer.CreateAsync(syncs: true, "track_functions=pl");
        var runs = new List<Figures>();
        foreach (var workers in arguments.Text("workers", "1,2,1,2").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
        {
            var name = $"run_{runs.Count}";
            runs.Add(await MeasureAsync(program, server, name, directory.File(name), footage, workers, arguments));
            await Console.Error.WriteLineAsync(runs[^1].ToString());
        }
        if (runs.Select(run => run.Digest).Distinct(StringComparer.Ordinal).Count() > 1)
        {
            await Console.Error.WriteLineAsync("digests differ");
            return 1;
        }
        Console.WriteLine(arguments.IsJson ? JsonSerializer.Serialize(runs) : string.Join('\n', runs));
        return 0;
    }

    private static async Task<Figures> MeasureAsync(
        ProgramUnderTest program, PostgresServer server, string schema, string archive, string footage, int workers, Arguments arguments)
    {
        var address = $"{server.ConnectionString};Schema={schema}";
        string[] shared = ["--archive", archive, "--catalog", address];
        Directory.CreateDirectory(archive);
        await using var catalog = await Catalogs.OpenAsync(address, archive, createIfMissing: true, CancellationToken.None);
        await program.RunAsync(["ingest", footage, "--chunk-duration", arguments.Text("chunk-duration", "30s"), "--detach", .. shared]);
        await StatisticsAsync(server, "SELECT pg_stat_reset()");

        var cores = ProcessorSeconds();
        var processes = Enumerable.Range(0, workers).Select(_ => program.Start(["work", "--slots", arguments.Text("slots", "1"), .. shared])).ToList();
        while ((await catalog.StatusAsync(null, CancellationToken.None)).Chunks[ChunkState.Leased] == 0) await Task.Delay(20);
        var watch = Stopwatch.StartNew();
        LedgerStatus status;
        do
        {
            // Looking costs, too: seldom enough not to count.
            await Task.Delay(200);
            status = await catalog.StatusAsync(null, CancellationToken.None);
        }
        while (status.Chunks[ChunkState.Indexed] < status.Chunks.Values.Sum());
        var seconds = watch.Elapsed.TotalSeconds;
        foreach (var process in processes) await ProgramUnderTest.EndAsync(process);
        var others = Math.Max(0, ProcessorSeconds() - cores);

        // Sessions tell what they did when they end.
        var claims = await StatisticsAsync(server, "SELECT sum(calls)::float8, sum(total_time) / 1000 FROM pg_stat_user_functions WHERE funcname = 'claim_chunk'");
        var all = await StatisticsAsync(server, "SELECT active_time / 1000, xact_commit::float8 FROM pg_stat_database WHERE datname = current_database()");
        using var verified = JsonDocument.Parse(await program.RunAsync(["verify", "--digest", "--json", .. shared]));
        return new Figures(workers, seconds, status.Seconds, status.Chunks.Values.Sum(), claims[0], claims[1], all[0], all[1], others,
            verified.RootElement.GetProperty("digest").GetString()!);
    }

    private static async Task<double[]> StatisticsAsync(PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection($"{server.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return [.. Enumerable.Range(0, row.FieldCount).Select(column => row.GetValue(column) is double value ? value : 0)];
    }

    /// <summary>Of all processes of the machine, since it started.</summary>
    private static double ProcessorSeconds() =>
        File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(3).Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / 100.0;

    /// <param name="Seconds">From the first lease to the last chunk in the index.</param>
    /// <param name="FootageSeconds">Ingested.</param>
    /// <param name="ClaimSeconds">Of the server, within claims.</param>
    /// <param name="CatalogSeconds">Of the server, within any statement, of this program's looks and the workers' reports too.</param>
    /// <param name="ProcessorSeconds">Of everything that ran on the machine, from the workers' start to their end.</param>
    private sealed record Figures(
        int Workers, double Seconds, double FootageSeconds, int Chunks, double Claims, double ClaimSeconds, double CatalogSeconds, double Transactions, double ProcessorSeconds, string Digest)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{Workers} workers: {FootageSeconds:0} s of footage in {Seconds:0.0} s, {FootageSeconds / Seconds:0.0} x real time; {Chunks} chunks, {Claims:0} claims, {Claims / Seconds:0.00}/s; server: claims {ClaimSeconds * 1000:0.0} ms ({ClaimSeconds / Seconds:0.000%} of the wall time), all {Transactions:0} transactions {CatalogSeconds * 1000:0} ms ({CatalogSeconds / Seconds:0.00%}); processor {ProcessorSeconds:0.0} s of the whole machine");
    }
}
