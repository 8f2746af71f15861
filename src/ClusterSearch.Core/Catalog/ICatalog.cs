using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Core.Catalog;

/// <summary>
/// Port to the catalogue and the ledger of an archive: all that its processes share beside files.
/// <para>
/// Every call is one transaction, idempotent where its description says so, and safe beside other processes.
/// Crash: whatever was not committed did not happen; a leased chunk whose lease lapsed is claimable again.
/// </para>
/// </summary>
/// <remarks>
/// Faults: archive.busy (transient) when a lock was not had in time, archive.unreachable (transient) when the database's server
/// does not answer, archive.corrupt, archive.disk_full.
/// </remarks>
public interface ICatalog : IVideoRegister, IEncodingRegister, ILedger, IWorkforce, IFeedbackBook, IAsyncDisposable
{
    /// <summary>Which manifest of each index is the current one; it lives and ends with the catalogue.</summary>
    IManifestRegister Manifests { get; }
}
