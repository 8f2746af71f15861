using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Core.Catalog;

/// <summary>
/// Port to the catalogue and the ledger: the only queue and the only truth about what is done.
/// <para>
/// A chunk is pending -> leased (token, until) -> embedded -> indexed, or quarantined (reason). Lease deadlines are
/// computed and compared by the database's clock only. A result counts only if its lease's token is still the row's.
/// Every call is one transaction, idempotent where its description says so, and safe beside other processes.
/// </para>
/// <para>
/// Crash: whatever was not committed did not happen; a leased chunk whose lease lapsed is claimable again.
/// </para>
/// </summary>
/// <remarks>Faults: archive.busy (transient) when a lock was not had in time, archive.corrupt, archive.disk_full.</remarks>
public interface ICatalog : IAsyncDisposable
{
    // ---- Roots, places, videos -------------------------------------------------------------------------------

    /// <summary>Names a directory. The same name again moves the root; a directory that has a name keeps it.</summary>
    Task<RootRecord> RegisterRootAsync(string name, string directory, CancellationToken cancellation);

    Task<IReadOnlyList<RootRecord>> ListRootsAsync(CancellationToken cancellation);

    Task<PlaceRecord?> FindPlaceAsync(Place place, CancellationToken cancellation);

    /// <summary>Records that a video lies at a place, with the size and time by which an unchanged file is known. Idempotent; a place holds one video.</summary>
    /// <exception cref="ClusterSearchException">request.invalid for an unknown root, video.not_found.</exception>
    Task RecordPlaceAsync(PlaceRecord place, CancellationToken cancellation);

    /// <summary>Forgets places, for files that are gone. The videos stay.</summary>
    Task ForgetPlaceAsync(Place place, CancellationToken cancellation);

    /// <summary>Adds a video, or updates the facts and attributes of one that is there (a null attribute or warning keeps what was known). Idempotent.</summary>
    Task<VideoRecord> PutVideoAsync(VideoRecord video, CancellationToken cancellation);

    Task<VideoRecord?> FindVideoAsync(VideoId video, CancellationToken cancellation);

    /// <summary>All videos, ordered by id, each with its places.</summary>
    Task<IReadOnlyList<VideoRecord>> ListVideosAsync(CancellationToken cancellation);

    /// <summary>Forgets a video: its places, plans, chunks and failures. Unknown ones are no error.</summary>
    Task RemoveVideoAsync(VideoId video, CancellationToken cancellation);

    // ---- Encodings -------------------------------------------------------------------------------------------

    /// <summary>Makes an encoding known; put again it stays as it was first put. The first one becomes the active one.</summary>
    Task PutEncodingAsync(Encoding encoding, CancellationToken cancellation);

    Task<IReadOnlyList<EncodingRecord>> ListEncodingsAsync(CancellationToken cancellation);

    /// <summary>The encoding that searches use; null while the archive has none.</summary>
    Task<EncodingRecord?> ActiveEncodingAsync(CancellationToken cancellation);

    /// <exception cref="ClusterSearchException">archive.encoding for an unknown one.</exception>
    Task ActivateEncodingAsync(string encodingId, CancellationToken cancellation);

    /// <summary>Forgets an encoding that is not active: its plans and chunks, then itself. An unknown one is no error.</summary>
    /// <exception cref="ClusterSearchException">archive.encoding for the active one.</exception>
    Task DropEncodingAsync(string encodingId, CancellationToken cancellation);

    // ---- The ledger ------------------------------------------------------------------------------------------

    /// <summary>
    /// Plans a video in an encoding: one pending chunk each. A video that already has a plan in this encoding keeps it
    /// (whatever its chunk duration), so a rerun goes on where the last one ended.
    /// </summary>
    /// <param name="chunks">At least one; numbered from 0, each beginning where the one before ends.</param>
    /// <param name="listedTicks">Presentation times for native and key-frame sampling, else null.</param>
    /// <returns>The plan that holds now.</returns>
    /// <exception cref="ClusterSearchException">video.not_found, archive.encoding.</exception>
    Task<VideoPlan> PlanAsync(VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks, CancellationToken cancellation);

    Task<VideoPlan?> FindPlanAsync(VideoId video, string encodingId, CancellationToken cancellation);

    /// <summary>All plans of an encoding, ordered by video id, without their chunks' rows; listed ticks are left out.</summary>
    Task<IReadOnlyList<VideoPlanSummary>> ListPlansAsync(string encodingId, CancellationToken cancellation);

    /// <summary>
    /// Leases the next chunk: pending ones and those whose lease lapsed, of videos that are not failed; fair between videos
    /// (those with fewest leased chunks first, lapsed leases not counted, then the order in which videos were planned, then
    /// chunk order). A video whose finished chunks or running leases carry another encoder fingerprint is passed over unless
    /// <paramref name="request"/> allows mixing. A video is failed while every place that it lies at has a recorded failure
    /// (while one names it, if it lies nowhere).
    /// </summary>
    /// <returns>Null when nothing can be claimed now.</returns>
    Task<ChunkLease?> ClaimAsync(ClaimRequest request, CancellationToken cancellation);

    /// <summary>Extends a lease from now. False when the token is no longer the row's: stop the work, its result will not count; false also once the lease is committed.</summary>
    Task<bool> RenewAsync(ChunkLease lease, TimeSpan duration, CancellationToken cancellation);

    /// <summary>
    /// leased -> embedded. False when the token is no longer the row's; true again for the same token (the first result
    /// stands). A lapsed lease that nobody took over still counts, unless its video was meanwhile continued by another
    /// encoder and mixing was not allowed when it was claimed: then false.
    /// </summary>
    Task<bool> CommitAsync(ChunkLease lease, ChunkResult result, CancellationToken cancellation);

    /// <summary>leased -> pending, without counting an attempt (a stop was asked for). False when fenced.</summary>
    Task<bool> ReleaseAsync(ChunkLease lease, CancellationToken cancellation);

    /// <summary>
    /// leased -> pending with one more attempt, or -> quarantined when the fault is permanent or it was the
    /// <see cref="ClaimRequest.MaximumAttempts"/>-th. False when fenced.
    /// </summary>
    Task<bool> FailChunkAsync(ChunkLease lease, Failure failure, bool permanent, CancellationToken cancellation);

    /// <summary>Frees every lease. Only for the holder of the archive's ingest lock, who knows that no worker is left alive.</summary>
    /// <returns>How many were freed.</returns>
    Task<int> FreeAllLeasesAsync(CancellationToken cancellation);

    /// <summary>Chunks of one video in order.</summary>
    Task<IReadOnlyList<ChunkRecord>> ListChunksAsync(VideoId video, string encodingId, CancellationToken cancellation);

    /// <summary>Videos of an encoding with an embedded chunk that is not indexed yet, in the order in which they were planned.</summary>
    Task<IReadOnlyList<VideoId>> ListToAggregateAsync(string encodingId, CancellationToken cancellation);

    /// <summary>embedded -> indexed for these chunks, once the vector store has acknowledged them. Idempotent; those in another state stay.</summary>
    Task MarkIndexedAsync(VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes, CancellationToken cancellation);

    /// <summary>indexed -> embedded for all chunks of a video (null: of every video) in an encoding, so that they are aggregated again.</summary>
    Task UnmarkIndexedAsync(VideoId? video, string encodingId, CancellationToken cancellation);

    /// <summary>embedded or indexed -> pending for chunks whose vector file is lost or broken; attempts count anew, those in another state stay.</summary>
    Task RequeueAsync(VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes, CancellationToken cancellation);

    // ---- Failures, status ------------------------------------------------------------------------------------

    /// <summary>Records why a place's video cannot be ingested. One a place; the latest stands.</summary>
    Task RecordFailureAsync(FailureRecord failure, CancellationToken cancellation);

    Task ClearFailureAsync(Place place, CancellationToken cancellation);

    Task<IReadOnlyList<FailureRecord>> ListFailuresAsync(CancellationToken cancellation);

    /// <summary>quarantined -> pending with no attempts counted, for a video (null: for all). Failures that name it or stand at its places (null: all failures) are cleared.</summary>
    /// <returns>How many chunks became pending.</returns>
    Task<int> RetryAsync(VideoId? video, CancellationToken cancellation);

    /// <summary>Counts over one encoding (null: the active one).</summary>
    Task<LedgerStatus> StatusAsync(string? encodingId, CancellationToken cancellation);
}
