using ClusterSearch.Catalog.Sqlite.Manifests;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Sqlite.Workers;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Catalog;

// The processes that work on the archive, and what its index is.
public sealed partial class SqliteCatalog : IManifestRegister
{
    public IManifestRegister Manifests => this;

    public Task SetPausedAsync(bool isPaused, CancellationToken cancellation) =>
        RecordAsync(session => Pause.Set(session, isPaused), cancellation);

    public Task<bool> IsPausedAsync(CancellationToken cancellation) => ReadAsync(Pause.IsSet, cancellation);

    public Task ReportWorkerAsync(WorkerReport report, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(report.Name);
        return LeaseAsync(session =>
        {
            WorkerRows.Report(session, report);
            return true;
        }, cancellation);
    }

    public Task<IReadOnlyList<WorkerRecord>> ListWorkersAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<WorkerRecord>>(WorkerRows.List, cancellation);

    public Task<int> ForgetWorkersAsync(TimeSpan olderThan, CancellationToken cancellation) =>
        LeaseAsync(session => WorkerRows.Forget(session, olderThan), cancellation);

    public Task ForgetWorkerAsync(string name, CancellationToken cancellation) =>
        RecordAsync(session => WorkerRows.Forget(session, name), cancellation);

    public Task<RoleLease?> TryTakeRoleAsync(string role, string holder, TimeSpan duration, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(role);
        ArgumentException.ThrowIfNullOrEmpty(holder);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        // Synced: an epoch that was given out is never given out again.
        return RecordAsync(session => RoleRows.TryTake(session, role, holder, duration), cancellation);
    }

    public Task<bool> RenewRoleAsync(RoleLease lease, TimeSpan duration, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        return LeaseAsync(session => RoleRows.Renew(session, lease, duration), cancellation);
    }

    public Task<bool> ReleaseRoleAsync(RoleLease lease, CancellationToken cancellation) =>
        LeaseAsync(session => RoleRows.Release(session, lease), cancellation);

    public Task<IReadOnlyList<RoleRecord>> ListRolesAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<RoleRecord>>(RoleRows.List, cancellation);

    Task<string?> IManifestRegister.CurrentAsync(string indexName, CancellationToken cancellation) =>
        ReadAsync(session => ManifestRows.Current(session, indexName), cancellation);

    Task<IReadOnlyList<NamedManifest>> IManifestRegister.ListAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<NamedManifest>>(ManifestRows.List, cancellation);

    Task<bool> IManifestRegister.PublishAsync(string indexName, string? previous, string? next, RoleLease? writer, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(indexName);
        return RecordAsync(session => ManifestRows.Publish(session, indexName, previous, next, writer), cancellation);
    }
}
