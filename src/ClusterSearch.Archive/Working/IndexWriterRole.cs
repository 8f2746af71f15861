using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Working;

/// <summary>
/// The right to write the index where several processes share an archive: one lease of the catalogue, held by one of them.
/// <para>
/// Normal operation: workers compete for it; the holder renews it at a third of its time and aggregates. Who has to write
/// besides (a removal, a reindex) says so by a second role and is let in between two videos.
/// Crash: the role can be taken once its time is over. Lost in mid-write: the vector store names a manifest only under the
/// role's token, so what the loser wrote is never seen. By a monotonic clock nothing is begun after two thirds of the time.
/// </para>
/// </summary>
public sealed class IndexWriterRole(ICatalog catalog, string holder, TimeSpan duration, TimeProvider time)
{
    public const string Name = "aggregator";

    /// <summary>Held by who wants the role for a while and asks its holder to step back.</summary>
    private const string Asking = "aggregator.asking";

    private static readonly TimeSpan AskingDuration = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(200);

    private volatile Func<RoleLease?>? _current;

    /// <summary>What the vector store writes under; null when this process may not write now.</summary>
    public RoleLease? Current => _current?.Invoke();

    internal TimeSpan Duration => duration;

    /// <returns>Null while another holds it or is asking for it.</returns>
    internal async Task<Held?> TryTakeAsync(CancellationToken cancellation) =>
        await IsAskedForAsync(cancellation) ? null : await TakeIfFreeAsync(cancellation);

    /// <summary>Takes it as soon as its holder steps back or is gone.</summary>
    internal async Task<Held> TakeAsync(CancellationToken cancellation)
    {
        RoleLease? asking = null;
        try
        {
            while (true)
            {
                asking = asking is not null && await catalog.RenewRoleAsync(asking, AskingDuration, cancellation)
                    ? asking
                    : await catalog.TryTakeRoleAsync(Asking, holder, AskingDuration, cancellation);
                if (asking is not null && await TakeIfFreeAsync(cancellation) is { } held) return held;
                await Task.Delay(AskAgainAfter, time, cancellation);
            }
        }
        finally
        {
            if (asking is not null) await ReleaseAsync(asking);
        }
    }

    internal async Task<bool> IsAskedForAsync(CancellationToken cancellation) =>
        (await catalog.ListRolesAsync(cancellation)).Any(role => role is { Role: Asking, Holder: not null } && role.Left > TimeSpan.Zero);

    private async Task<Held?> TakeIfFreeAsync(CancellationToken cancellation)
    {
        var askedAt = time.GetTimestamp();
        if (await catalog.TryTakeRoleAsync(Name, holder, duration, cancellation) is not { } lease) return null;
        var held = new Held(this, lease, askedAt, cancellation);
        _current = () => held.IsHeld ? held.Lease : null;
        return held;
    }

    private async Task ReleaseAsync(RoleLease lease)
    {
        try
        {
            await catalog.ReleaseRoleAsync(lease, CancellationToken.None);
        }
        catch (ClusterSearchException)
        {
            // Its time runs out by itself.
        }
    }

    /// <summary>The role while it is held; disposing gives it back.</summary>
    internal sealed class Held : IAsyncDisposable
    {
        private readonly IndexWriterRole _role;
        private readonly LeaseKeeper _keeper;

        public Held(IndexWriterRole role, RoleLease lease, long askedAt, CancellationToken cancellation)
        {
            (_role, Lease) = (role, lease);
            _keeper = new LeaseKeeper(token => role.Renew(lease, token), lease.Duration, askedAt, role.Clock, cancellation);
        }

        public RoleLease Lease { get; }

        public bool IsHeld => _keeper.IsHeld;

        /// <summary>Cancelled when the role is lost or a stop was asked for.</summary>
        public CancellationToken Lost => _keeper.Lost;

        public async ValueTask DisposeAsync()
        {
            _role._current = null;
            _keeper.Dispose();
            await _role.ReleaseAsync(Lease);
        }
    }

    private TimeProvider Clock => time;

    private Task<bool> Renew(RoleLease lease, CancellationToken cancellation) => catalog.RenewRoleAsync(lease, duration, cancellation);
}
