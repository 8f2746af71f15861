using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// Renews a lease while work goes on and says when it is lost: at once when the ledger refuses a renewal, and at two
/// thirds of the lease, by a monotonic clock, when none came through.
/// </summary>
internal sealed class LeaseKeeper : IDisposable
{
    private readonly CancellationTokenSource _lost;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _keeping;

    public LeaseKeeper(ICatalog catalog, ChunkLease lease, TimeProvider time, CancellationToken cancellation)
    {
        _lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _keeping = KeepAsync(catalog, lease, time);
    }

    /// <summary>Cancelled when the lease is lost or a stop was asked for.</summary>
    public CancellationToken Lost => _lost.Token;

    public void Dispose()
    {
        _done.Cancel();
        // The loop ends at its next step and touches nothing that is disposed here.
        _ = _keeping.ContinueWith(_ =>
        {
            _lost.Dispose();
            _done.Dispose();
        }, TaskScheduler.Default);
    }

    private async Task KeepAsync(ICatalog catalog, ChunkLease lease, TimeProvider time)
    {
        var renewedAt = time.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(lease.Duration / 6, time, _done.Token);
                var elapsed = time.GetElapsedTime(renewedAt);
                if (elapsed >= lease.Duration * 2 / 3) break;
                if (elapsed < lease.Duration / 3) continue;
                var asked = time.GetTimestamp();
                try
                {
                    if (!await catalog.RenewAsync(lease, lease.Duration, _done.Token)) break;
                    renewedAt = asked;
                }
                catch (ClusterSearchException fault) when (fault.IsTransient)
                {
                    // Tried again at the next step, until two thirds of the lease are gone.
                }
            }
            await _lost.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // Done.
        }
        catch (ClusterSearchException)
        {
            await _lost.CancelAsync();
        }
    }
}
