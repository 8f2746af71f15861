using System.Collections.Concurrent;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Tests;

/// <summary>
/// Workers inside this process that claim and commit until everything is done, whatever happens to the server, and remember what
/// was acknowledged.
/// </summary>
internal sealed class PostgresLoad(PostgresCatalog[] catalogs, int chunks)
{
    private readonly ConcurrentDictionary<(VideoId, int), string> _committed = new();
    private int _faults;

    public ConcurrentDictionary<(VideoId, int), string> Committed => _committed;

    /// <summary>Calls that ended in a transient fault; any other ends the load.</summary>
    public int Faults => _faults;

    public Task RunAsync(int workers, CancellationToken cancellation) => Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
    {
        var catalog = catalogs[worker % catalogs.Length];
        var request = Footage.Request with { Worker = WorkerName.Of("test", worker, 0), LeaseDuration = TimeSpan.FromSeconds(2) };
        while (_committed.Count < chunks)
        {
            if (await PatientlyAsync(() => catalog.ClaimAsync(request, cancellation), cancellation) is not { } lease)
            {
                await Task.Delay(5, cancellation);
                continue;
            }
            if (await PatientlyAsync(() => catalog.CommitAsync(lease, Footage.Result(lease), cancellation), cancellation)
                && !_committed.TryAdd((lease.Video, lease.Chunk.Index), lease.Token))
                throw new InvalidOperationException($"chunk {lease.Chunk.Index} of {lease.Video} was acknowledged twice");
        }
    }, cancellation)));

    /// <summary>Everything that was acknowledged is there under its token, and everything is there once.</summary>
    public async Task AssertKeptAsync(ICatalog catalog, CancellationToken cancellation)
    {
        // What is acknowledged while the rows are read may be in them or not.
        var committed = _committed.ToDictionary();
        foreach (var plan in await catalog.ListPlansAsync(Footage.Encoding.Id, cancellation))
            foreach (var chunk in await catalog.ListChunksAsync(plan.Video, Footage.Encoding.Id, cancellation))
                if (committed.TryGetValue((plan.Video, chunk.Chunk.Index), out var token))
                    Assert.Equal((ChunkState.Embedded, token), (chunk.State, chunk.Token));
    }

    private async Task<T> PatientlyAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (ClusterSearchException fault) when (fault.IsTransient)
            {
                Interlocked.Increment(ref _faults);
                await Task.Delay(50, cancellation);
            }
        }
    }
}
