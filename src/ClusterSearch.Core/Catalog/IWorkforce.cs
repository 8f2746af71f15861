namespace ClusterSearch.Core.Catalog;

/// <summary>
/// The processes that work on an archive: who they are, whether they may work, and which of them holds a role that only one
/// may hold. All ages and deadlines are the database's, whatever the workers' own clocks say.
/// </summary>
public interface IWorkforce
{
    // ---- Pause -----------------------------------------------------------------------------------------------

    /// <summary>While an archive is paused nothing can be claimed, by any worker; leases that run go on. Idempotent.</summary>
    Task SetPausedAsync(bool isPaused, CancellationToken cancellation);

    Task<bool> IsPausedAsync(CancellationToken cancellation);

    // ---- Reports ---------------------------------------------------------------------------------------------

    /// <summary>Records what a worker says of itself, in place of what it said before.</summary>
    Task ReportWorkerAsync(WorkerReport report, CancellationToken cancellation);

    /// <summary>The last report of each worker, ordered by name (ordinal).</summary>
    Task<IReadOnlyList<WorkerRecord>> ListWorkersAsync(CancellationToken cancellation);

    /// <summary>Forgets workers that have not reported for longer than this. Their leases are not touched.</summary>
    /// <returns>How many were forgotten.</returns>
    Task<int> ForgetWorkersAsync(TimeSpan olderThan, CancellationToken cancellation);

    /// <summary>Forgets one worker, by the name in its reports. Unknown ones are no error.</summary>
    Task ForgetWorkerAsync(string name, CancellationToken cancellation);

    // ---- Roles -----------------------------------------------------------------------------------------------

    /// <summary>Takes a role that nobody holds, or whose holder's time ran out.</summary>
    /// <param name="role">For example "aggregator".</param>
    /// <param name="holder">Who takes it, for people; the same name again is somebody else.</param>
    /// <returns>Null while another holds it.</returns>
    Task<RoleLease?> TryTakeRoleAsync(string role, string holder, TimeSpan duration, CancellationToken cancellation);

    /// <summary>Extends a role from now. False when another took it or it was released: stop acting in it. One that ran out and that nobody took is had again.</summary>
    Task<bool> RenewRoleAsync(RoleLease lease, TimeSpan duration, CancellationToken cancellation);

    /// <summary>Gives a role back. False when it was not held any more.</summary>
    Task<bool> ReleaseRoleAsync(RoleLease lease, CancellationToken cancellation);

    /// <summary>Roles that were ever taken, ordered by name (ordinal).</summary>
    Task<IReadOnlyList<RoleRecord>> ListRolesAsync(CancellationToken cancellation);
}
