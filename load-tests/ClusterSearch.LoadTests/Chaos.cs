using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;
using Npgsql;

namespace ClusterSearch.LoadTests;

/// <summary>
/// Ingests the samples with two workers, a front end and a PostgreSQL of its own while one of them is killed, halted or
/// stopped at random moments; each time all is done the archive must be, bit for bit, what an undisturbed run of one process makes.
/// </summary>
internal sealed class Chaos : IAsyncDisposable
{
    private const int WorkerCount = 2;
    private const string ChunkDuration = "2s";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestOutage = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongerThanLease = TimeSpan.FromSeconds(3.5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ProgramUnderTest _program;
    private readonly Random _random;
    private readonly PostgresServer _server;
    private readonly TemporaryDirectory _directory = new();
    private readonly Process?[] _workers = new Process?[WorkerCount];
    private readonly SortedDictionary<string, int> _faults = new(StringComparer.Ordinal);
    private Process? _front;
    private string _archive = "", _catalogName = "", _expected = "";
    private int _archives, _lost, _doubled, _different;

    private Chaos(string program, int seed, PostgresServer server) => (_program, _random, _server) = (new ProgramUnderTest(program), new Random(seed), server);

    public static async Task<int> RunAsync(Arguments arguments)
    {
        if (PostgresServer.Missing is { } reason)
        {
            Console.Error.WriteLine(reason);
            return 3;
        }
        var rounds = arguments.Number("rounds", 30);
        var seed = arguments.Number("seed", Environment.TickCount & 0xFFFFFF);
        Console.Error.WriteLine($"seed {seed}");
        await using var server = await PostgresServer.CreateAsync(syncs: true);
        await using var chaos = new Chaos(arguments.Text("program", ""), seed, server);
        var watch = Stopwatch.StartNew();
        await chaos.RunAsync(rounds);
        chaos.Tell(rounds, seed, watch.Elapsed, arguments.IsJson);
        return chaos._lost + chaos._doubled + chaos._different == 0 ? 0 : 1;
    }

    private void Tell(int rounds, int seed, TimeSpan elapsed, bool isJson)
    {
        if (isJson)
        {
            using var json = new Utf8JsonWriter(Console.OpenStandardOutput(), new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            json.WriteNumber("rounds", rounds);
            json.WriteNumber("seed", seed);
            json.WriteNumber("archives", _archives);
            json.WriteNumber("seconds", elapsed.TotalSeconds);
            json.WriteStartObject("faults");
            foreach (var (kind, count) in _faults) json.WriteNumber(kind, count);
            json.WriteEndObject();
            json.WriteNumber("chunksLost", _lost);
            json.WriteNumber("chunksDoubled", _doubled);
            json.WriteNumber("archivesDiffering", _different);
            json.WriteEndObject();
            return;
        }
        Console.WriteLine($"{rounds} rounds (seed {seed}) over {_archives} archives in {elapsed.TotalSeconds:0} s: {string.Join(", ", _faults.Select(fault => $"{fault.Value} x {fault.Key}"))}");
        Console.WriteLine($"chunks lost {_lost}, doubled {_doubled}; archives that differ {_different}");
    }

    private async Task RunAsync(int rounds)
    {
        var reference = _directory.File("reference");
        await _program.RunAsync("ingest", TestAssets.Samples, "--archive", reference);
        _expected = Digest(await _program.RunAsync("verify", "--digest", "--json", "--archive", reference));
        for (var round = 0; round < rounds;)
        {
            await using var catalog = await BeginAsync();
            while (round < rounds && !await IsDoneAsync(catalog))
            {
                await Task.Delay(LongestPause * _random.NextDouble());
                if (await DisturbAsync() is not { } fault)
                {
                    Mend();
                    continue;
                }
                _faults[fault] = _faults.GetValueOrDefault(fault) + 1;
                round++;
                Console.Error.WriteLine($"round {round}: {fault}");
                Mend();
            }
            await FinishAsync(catalog, round);
        }
    }

    // ---- One archive ----

    private async Task<ICatalog> BeginAsync()
    {
        _archives++;
        _archive = _directory.File($"archive-{_archives}");
        _catalogName = $"{_server.ConnectionString};Schema=chaos_{_archives}";
        Directory.CreateDirectory(_archive);
        var catalog = await Catalogs.OpenAsync(_catalogName, _archive, createIfMissing: true, CancellationToken.None);
        Mend();
        return catalog;
    }

    /// <summary>Starts again what is gone, as an operator or an init system would.</summary>
    private void Mend()
    {
        if (_front is not { HasExited: false } && _front is not { ExitCode: 0 })
            Replace(ref _front, Start("ingest", TestAssets.Samples, "--chunk-duration", ChunkDuration));
        for (var i = 0; i < WorkerCount; i++)
            if (_workers[i] is not { HasExited: false }) Replace(ref _workers[i], Start("work", "--slots", "1", "--lease", "3s", "--retry-delay", "0.2s"));
    }

    private async Task FinishAsync(ICatalog catalog, int round)
    {
        var waiting = Stopwatch.StartNew();
        while (!await IsDoneAsync(catalog))
        {
            Mend();
            if (waiting.Elapsed > Patience) break;
            await Task.Delay(200);
        }
        var encoding = (await catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
        var chunks = (await catalog.StatusAsync(encoding, CancellationToken.None)).Chunks;
        var lost = chunks.Values.Sum() - chunks.GetValueOrDefault(ChunkState.Indexed);
        _lost += lost;
        foreach (var worker in _workers) await ProgramUnderTest.EndAsync(worker);
        await ProgramUnderTest.EndAsync(_front);
        var verified = await _program.RunAsync("verify", "--digest", "--json", "--archive", _archive, "--catalog", _catalogName);
        using var document = JsonDocument.Parse(verified);
        var expectedSamples = (await catalog.ListPlansAsync(encoding, CancellationToken.None)).Sum(plan => plan.PlannedSamples);
        _doubled += (int)Math.Max(0, document.RootElement.GetProperty("samples").GetInt64() - expectedSamples);
        var digest = document.RootElement.GetProperty("digest").GetString();
        var isRight = lost == 0 && digest == _expected && document.RootElement.GetProperty("ok").GetBoolean();
        if (!isRight) _different++;
        Console.Error.WriteLine($"archive {_archives} after round {round}: {(isRight ? "as it should be" : $"lost {lost}; {verified}")}");
        if (isRight) Directory.Delete(_archive, recursive: true);
        _front = null;
        Array.Clear(_workers);
    }

    private static async Task<bool> IsDoneAsync(ICatalog catalog)
    {
        try
        {
            var videos = await catalog.ListVideosAsync(CancellationToken.None);
            var status = await catalog.StatusAsync(null, CancellationToken.None);
            return videos.Count == 3 && status.Videos == 3 && status.IngestingVideos == 0;
        }
        catch (Core.ClusterSearchException fault) when (fault.IsTransient)
        {
            return false;
        }
    }

    // ---- Faults ----

    /// <returns>What was done; null when the one to be disturbed was not there.</returns>
    private async Task<string?> DisturbAsync()
    {
        var worker = _workers[_random.Next(WorkerCount)];
        switch (_random.Next(9))
        {
            case 0 or 1:
                if (ChildOf(worker) is not { } child) return null;
                await ProgramUnderTest.SignalAsync(child, "KILL");
                return "kill -9 of a worker";
            case 2:
                await ProgramUnderTest.SignalAsync(worker?.Id, "KILL");
                return "kill -9 of a supervisor";
            case 3:
                await ProgramUnderTest.SignalAsync(worker?.Id, "TERM");
                await WaitAsync(worker);
                return "worker stopped";
            case 4:
                if (_front is not { HasExited: false }) return null;
                await ProgramUnderTest.SignalAsync(_front.Id, "KILL");
                await WaitAsync(_front);
                return "kill -9 of the front end";
            case 5:
                await _server.KillAsync();
                await _server.StartAsync();
                return "kill -9 of PostgreSQL";
            case 6:
                await _server.StopAsync(immediately: _random.Next(2) == 0);
                await Task.Delay(LongestOutage * _random.NextDouble());
                await _server.StartAsync();
                return "PostgreSQL stopped and back";
            case 7:
                return await CutConnectionsAsync() > 0 ? "connections cut" : null;
            default:
                if (ChildOf(worker) is not { } halted) return null;
                await ProgramUnderTest.SignalAsync(halted, "STOP");
                await Task.Delay(LongerThanLease);
                await ProgramUnderTest.SignalAsync(halted, "CONT");
                return "worker halted past its lease";
        }
    }

    /// <summary>Of all clients, whatever they are in the middle of.</summary>
    private async Task<int> CutConnectionsAsync()
    {
        await using var connection = new NpgsqlConnection($"{_server.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var cut = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'clustersearch'", connection);
        return Convert.ToInt32(await cut.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    private static int? ChildOf(Process? parent) => parent is not { HasExited: false } ? null : ProcessTree.ChildrenOf(parent.Id).Cast<int?>().FirstOrDefault();

    private static Task WaitAsync(Process? process) => process?.WaitForExitAsync() ?? Task.CompletedTask;

    // ---- Processes ----

    private static void Replace(ref Process? old, Process next)
    {
        old?.Dispose();
        old = next;
    }

    private Process Start(params string[] arguments) => _program.Start([.. arguments, "--archive", _archive, "--catalog", _catalogName]);

    private static string Digest(string verified)
    {
        using var document = JsonDocument.Parse(verified);
        return document.RootElement.GetProperty("digest").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _workers.Append(_front)) await ProgramUnderTest.EndAsync(process);
        _directory.Dispose();
    }
}
