using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Catalog.Tests;

/// <summary>Real processes on one catalogue: killed at random moments, and at work side by side.</summary>
public abstract class WorkerProcessTests
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>This test's catalogue, as <see cref="Catalogs.OpenAsync"/> takes it.</summary>
    protected abstract Task<string> WhereAsync();

    protected abstract Task AssertSoundAsync();

    [Fact]
    public async Task Kill_9_at_any_moment_loses_no_acknowledged_commit_and_needs_no_repair()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var committed = new Dictionary<(VideoId, int), string>();
        var indexed = new HashSet<(VideoId, int)>();
        await using (var catalog = await OpenAsync()) await Footage.PlanAsync(catalog, videos: 20, chunksEach: 200);

        for (var round = 0; round < 8; round++)
        {
            using var worker = await StartAsync();
            Assert.Equal("ready", await worker.StandardOutput.ReadLineAsync(Cancellation));
            var reading = ReadAsync(worker, committed, indexed);
            // A moment counted in commits, whatever the machine's speed; within it the time is random.
            var commits = committed.Count + random.Next(0, 30);
            for (var waited = 0; waited < 5000 && committed.Count < commits; waited++) await Task.Delay(1, Cancellation);
            await Task.Delay(random.Next(0, 20), Cancellation);
            worker.Kill();
            await worker.WaitForExitAsync(Cancellation);
            await reading;

            await using var catalog = await OpenAsync();
            var rows = await RowsAsync(catalog);
            foreach (var (chunk, token) in committed)
                Assert.True(rows[chunk].Token == token && rows[chunk].State is ChunkState.Embedded or ChunkState.Indexed,
                    $"chunk {chunk} was acknowledged under {token} and is {rows[chunk]}; seed {seed}, round {round}");
            Assert.All(indexed, chunk => Assert.Equal(ChunkState.Indexed, rows[chunk].State));
            await AssertSoundAsync();
            // At most the one lease of the killed worker is left, and it is had again at once.
            Assert.InRange(await catalog.FreeAllLeasesAsync(Cancellation), 0, 1);
        }
        Assert.True(committed.Count > 20, $"only {committed.Count} commits came through in all rounds: the test killed too early to show anything");
        Assert.NotEmpty(indexed);

        using var last = await StartAsync();
        await ReadAsync(last, committed, indexed);
        await last.WaitForExitAsync(Cancellation);
        Assert.Equal(0, last.ExitCode);
        await using var finished = await OpenAsync();
        var status = await finished.StatusAsync(null, Cancellation);
        Assert.Equal(4000, status.Chunks[ChunkState.Embedded] + status.Chunks[ChunkState.Indexed]);
    }

    [Fact]
    public async Task Two_processes_beside_this_one_finish_each_chunk_exactly_once()
    {
        await using var catalog = await OpenAsync();
        await Footage.PlanAsync(catalog, videos: 10, chunksEach: 60);
        Dictionary<(VideoId, int), string>[] committed = [[], [], []];
        using var first = await StartAsync();
        using var second = await StartAsync();
        var working = Task.WhenAll(ReadAsync(first, committed[0], []), ReadAsync(second, committed[1], []));
        while (await catalog.ClaimAsync(Footage.Request, Cancellation) is { } lease)
        {
            Assert.True(await catalog.CommitAsync(lease, Footage.Result(lease), Cancellation));
            committed[2].Add((lease.Video, lease.Chunk.Index), lease.Token);
            // Lets the others have their part: they start later, and SQLite's lock knows no fairness.
            await Task.Delay(1, Cancellation);
        }
        await working;
        await first.WaitForExitAsync(Cancellation);
        await second.WaitForExitAsync(Cancellation);
        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));

        var rows = await RowsAsync(catalog);
        var all = committed.SelectMany(one => one).ToList();
        Assert.Equal(600, all.Count);
        Assert.Equal(600, all.Select(entry => entry.Key).Distinct().Count());
        Assert.All(all, entry => Assert.Equal(entry.Value, rows[entry.Key].Token));
        Assert.All(committed, one => Assert.NotEmpty(one));
        await AssertSoundAsync();
    }

    private async Task<ICatalog> OpenAsync() => await Catalogs.OpenAsync(await WhereAsync(), archiveDirectory: null, createIfMissing: true, Cancellation);

    private async Task<Process> StartAsync() => Process.Start(new ProcessStartInfo("dotnet")
    {
        ArgumentList = { Path.Combine(AppContext.BaseDirectory, "ClusterSearch.Catalog.Crash.dll"), await WhereAsync(), Footage.Encoding.Id },
        RedirectStandardOutput = true,
        UseShellExecute = false,
    })!;

    private static async Task<Dictionary<(VideoId, int), ChunkRecord>> RowsAsync(ICatalog catalog)
    {
        var rows = new Dictionary<(VideoId, int), ChunkRecord>();
        foreach (var plan in await catalog.ListPlansAsync(Footage.Encoding.Id, Cancellation))
            foreach (var row in await catalog.ListChunksAsync(plan.Video, Footage.Encoding.Id, Cancellation))
                rows.Add((plan.Video, row.Chunk.Index), row);
        return rows;
    }

    /// <summary>Reads what the worker says until it ends; a line cut off by its death was not said.</summary>
    private static async Task ReadAsync(Process worker, Dictionary<(VideoId, int), string> committed, HashSet<(VideoId, int)> indexed)
    {
        while (await worker.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            var words = line.Split(' ');
            if (words is ["committed", var video, var index, var token, "."])
                committed.Add((VideoId.Parse(video), int.Parse(index, CultureInfo.InvariantCulture)), token);
            else if (words is ["indexed", var marked, var at, "."])
                indexed.Add((VideoId.Parse(marked), int.Parse(at, CultureInfo.InvariantCulture)));
        }
    }
}

public sealed class SqliteWorkerProcessTests : WorkerProcessTests, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    protected override Task<string> WhereAsync() => Task.FromResult(_directory.File("catalog.db"));

    protected override Task AssertSoundAsync()
    {
        DatabaseState.AssertSound(_directory.File("catalog.db"));
        return Task.CompletedTask;
    }
}

public sealed class PostgresWorkerProcessTests(SharedPostgres postgres) : WorkerProcessTests, IAsyncDisposable
{
    private readonly string _schema = SharedPostgres.NewSchema();

    public async ValueTask DisposeAsync() => await postgres.ExecuteAsync($"DROP SCHEMA IF EXISTS {_schema} CASCADE");

    protected override async Task<string> WhereAsync() => $"{await postgres.ConnectionStringAsync()};Schema={_schema}";

    protected override Task AssertSoundAsync() => PostgresState.AssertSoundAsync(postgres, _schema);
}
