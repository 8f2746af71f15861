using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;
using ClusterSearch.EngineConformance;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests.Engines;

/// <summary>One PostgreSQL server for all tests of an engine.</summary>
public sealed class EngineServer : IAsyncLifetime
{
    private static int _count;
    private PostgresServer? _server;

    /// <summary>A schema of its own.</summary>
    public string NewAddress() => $"{_server!.ConnectionString};Schema=engine_{Interlocked.Increment(ref _count)}";

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.Missing is null) _server = await PostgresServer.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}

/// <summary>Workers that share an archive by a catalogue in PostgreSQL: a front end registers, two workers do.</summary>
public sealed class WorkerEngineTests(EngineServer server) : EngineConformance.EngineConformance, IClassFixture<EngineServer>
{
    protected override async Task<EngineUnderTest> OpenAsync(
        string directory, DrawnFootage footage, Func<ICatalog, ICatalog>? before = null, Func<IVectorStore, IVectorStore>? vectorsBefore = null)
    {
        if (PostgresServer.Missing is { } reason) Assert.Skip(reason);
        var address = server.NewAddress();
        var front = await OpenedArchive.OpenAsync(directory, footage, "front", address, vectorsBefore: vectorsBefore);
        var engine = new Engine(front, (name, life) =>
            OpenedArchive.OpenAsync(directory, footage, name, address, catalog => life.Before(before?.Invoke(catalog) ?? catalog), vectorsBefore));
        await engine.StartAsync("first");
        await engine.StartAsync("second");
        return engine;
    }

    private sealed class Engine(OpenedArchive front, Func<string, Lifeline, Task<OpenedArchive>> open) : EngineUnderTest
    {
        private readonly SearchEngine _search = new(front.Ports, front.Options);
        private readonly List<(OpenedArchive Archive, Lifeline Life, CancellationTokenSource Stop, Task Working)> _workers = [];

        public override IIngestion Ingestion { get; } = new IngestionEngine(front.Ports, front.Options);

        public override ISearch Search => _search;

        public override ICatalog Catalog => front.Ports.Catalog;

        public async Task StartAsync(string name)
        {
            var (life, stop) = (new Lifeline(), new CancellationTokenSource());
            var archive = await open(name, life);
            var request = new WorkRequest { Slots = 2, LeaseDuration = TimeSpan.FromSeconds(2), Retries = RetryPolicy.AtOnce, MinimumFreeBytes = 0 };
            _workers.Add((archive, life, stop, Task.Run(() => new WorkingEngine(archive.Ports, archive.Options).WorkAsync(request, _ => { }, stop.Token, stop.Token))));
        }

        public override async Task IngestThroughCrashAsync(IngestRequest request, Task underWay, Action goOn)
        {
            var ingest = IngestAsync(request);
            await underWay;
            foreach (var worker in _workers) worker.Life.Cut();
            goOn();
            await StartAsync("third");
            await ingest;
        }

        public override async ValueTask DisposeAsync()
        {
            foreach (var (archive, _, stop, working) in _workers)
            {
                await stop.CancelAsync();
                try
                {
                    await working;
                }
                catch (ClusterSearchException)
                {
                    // It died.
                }
                await archive.DisposeAsync();
                stop.Dispose();
            }
            _search.Dispose();
            await front.DisposeAsync();
        }
    }
}
