using System.Collections.Concurrent;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Tests.Watching;

/// <summary>A watch that runs beside the test, and what it said.</summary>
internal sealed class Watcher : IWatchObserver, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<WatchEvent> _events = new();
    private readonly Task<WatchReport> _running;

    public Watcher(TestArchive archive, WatchRequest request)
    {
        Archive = archive;
        _running = archive.Ingestion.WatchAsync(request, this, _stop.Token);
    }

    public TestArchive Archive { get; }

    public IReadOnlyCollection<WatchEvent> Events => _events;

    public static WatchRequest Request(string directory) => new()
    {
        Ingest = new IngestRequest { Paths = [directory] },
        Settle = TimeSpan.FromSeconds(0.6),
        SettleGrowing = TimeSpan.FromSeconds(2.5),
        Rescan = TimeSpan.FromSeconds(0.8),
        GrowingChunkDuration = TimeSpan.FromSeconds(2),
    };

    public void Happened(WatchEvent watchEvent) => _events.Enqueue(watchEvent);

    public void Report(WatchStatus status)
    {
    }

    public int Count(WatchEventKind kind, string path) => _events.Count(happened => happened.Kind == kind && happened.Path == path);

    public Task UntilAsync(WatchEventKind kind, string path, int times = 1) => UntilAsync($"{kind} {path}", () => Task.FromResult(Count(kind, path) >= times));

    public async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        for (var waited = TimeSpan.Zero; !await holds(); waited += TimeSpan.FromMilliseconds(50))
        {
            if (_running.IsCompleted) await _running;
            Assert.True(waited < Patience, $"{what} was waited for; there was: {string.Join("; ", _events)}");
            await Task.Delay(50);
        }
    }

    public async Task<LedgerStatus> LedgerAsync() => (await Archive.Ingestion.StatusAsync(CancellationToken.None)).Ledger;

    /// <summary>For a watch that ends by itself.</summary>
    public Task<WatchReport> StopAtEndAsync() => _running;

    public async Task<WatchReport> StopAsync()
    {
        await _stop.CancelAsync();
        return await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }
}
