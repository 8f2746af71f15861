using ClusterSearch.Catalog.Postgres.Ledger;
using ClusterSearch.Catalog.Postgres.Workers;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Catalog;

// The processes that work on the archive, and what its index is.
public sealed partial class PostgresCatalog : IManifestRegister
{
    public IManifestRegister Manifests => this;

    public Task SetPausedAsync(bool isPaused, CancellationToken cancellation) =>
        WriteAsync(session => session.ExecuteAsync("UPDATE archive SET paused = $1 WHERE paused <> $1", isPaused), cancellation);

    public Task<bool> IsPausedAsync(CancellationToken cancellation) =>
        StatementAsync(session => session.ExistsAsync("SELECT 1 FROM archive WHERE paused"), cancellation);

    public Task ReportWorkerAsync(WorkerReport report, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(report.Name);
        return StatementAsync(async session =>
        {
            await WorkerRows.ReportAsync(session, report);
            return true;
        }, cancellation);
    }

    public Task<IReadOnlyList<WorkerRecord>> ListWorkersAsync(CancellationToken cancellation) => ListAsync(WorkerRows.ListAsync, cancellation);

    public Task<int> ForgetWorkersAsync(TimeSpan olderThan, CancellationToken cancellation) =>
        StatementAsync(session => WorkerRows.ForgetAsync(session, olderThan), cancellation);

    public Task ForgetWorkerAsync(string name, CancellationToken cancellation) =>
        StatementAsync(session => WorkerRows.ForgetAsync(session, name), cancellation);

    public Task<RoleLease?> TryTakeRoleAsync(string role, string holder, TimeSpan duration, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        ArgumentException.ThrowIfNullOrEmpty(holder);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        var token = Leases.NewToken();
        return StatementAsync(session => RoleRows.TryTakeAsync(session, role, holder, duration, token), cancellation);
    }

    public Task<bool> RenewRoleAsync(RoleLease lease, TimeSpan duration, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        return StatementAsync(session => RoleRows.RenewAsync(session, lease, duration), cancellation);
    }

    public Task<bool> ReleaseRoleAsync(RoleLease lease, CancellationToken cancellation) =>
        StatementAsync(session => RoleRows.ReleaseAsync(session, lease), cancellation);

    public Task<IReadOnlyList<RoleRecord>> ListRolesAsync(CancellationToken cancellation) => ListAsync(RoleRows.ListAsync, cancellation);

    Task<string?> IManifestRegister.CurrentAsync(string indexName, CancellationToken cancellation) =>
        StatementAsync(session => ManifestRows.CurrentAsync(session, indexName), cancellation);

    Task<IReadOnlyList<NamedManifest>> IManifestRegister.ListAsync(CancellationToken cancellation) => ListAsync(ManifestRows.ListAsync, cancellation);

    Task<bool> IManifestRegister.PublishAsync(string indexName, string? previous, string? next, RoleLease? writer, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(indexName);
        return WriteAsync(session => ManifestRows.PublishAsync(session, indexName, previous, next, writer), cancellation);
    }
}
