using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Catalog;

/// <summary>
/// The ledger: the only queue and the only truth about what is done.
/// <para>
/// A chunk is pending -> leased (token, until) -> embedded -> indexed, or quarantined (reason). Lease deadlines and back-offs
/// are computed and compared by the database's clock only. A result counts only if its lease's token is still the row's.
/// </para>
/// </summary>
public interface ILedger
{
    // ---- Plans -----------------------------------------------------------------------------------------------

    /// <summary>
    /// Plans a video in an encoding: one pending chunk each. A video that already has a plan in this encoding keeps it
    /// (whatever its chunk duration), so a rerun goes on where the last one ended. A new plan keeps where the current trace is (<see cref="VideoPlan.Trace"/>).
    /// </summary>
    /// <param name="chunks">At least one; numbered from 0, each beginning where the one before ends.</param>
    /// <param name="listedTicks">Presentation times for native and key-frame sampling, else null.</param>
    /// <returns>The plan that holds now.</returns>
    /// <exception cref="ClusterSearchException">video.not_found, archive.encoding.</exception>
    Task<VideoPlan> PlanAsync(VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks, CancellationToken cancellation);

    /// <summary>
    /// Appends chunks to the plan of a recording that grew. Chunks that the plan has already are passed over, so that a call
    /// may be repeated.
    /// </summary>
    /// <param name="chunks">In order; each is one that the plan has, or begins where the one before ends.</param>
    /// <param name="listedTicks">For native and key-frame sampling all presentation times, the earlier ones included; else null.</param>
    /// <returns>The plan that holds now.</returns>
    /// <exception cref="ClusterSearchException">request.invalid: there is no plan, or the chunks do not continue it.</exception>
    Task<VideoPlan> ExtendPlanAsync(VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks, CancellationToken cancellation);

    /// <summary>Sets how urgent a video is, in every encoding in which it is planned; 0 is the default, higher comes first. Unknown ones are no error.</summary>
    Task SetPriorityAsync(VideoId video, int priority, CancellationToken cancellation);

    Task<VideoPlan?> FindPlanAsync(VideoId video, string encodingId, CancellationToken cancellation);

    /// <summary>All plans of an encoding, ordered by video id, without their chunks' rows; listed ticks are left out.</summary>
    Task<IReadOnlyList<VideoPlanSummary>> ListPlansAsync(string encodingId, CancellationToken cancellation);

    // ---- Leases ----------------------------------------------------------------------------------------------

    /// <summary>
    /// Leases the next chunk: pending ones whose back-off is over and those whose lease lapsed, of videos that are not failed.
    /// Higher priorities come first, then as <see cref="ClaimRequest.Order"/> says; within a video the chunks' own order. A video whose
    /// finished chunks or running leases carry another encoder fingerprint is passed over unless <paramref name="request"/>
    /// allows mixing. A video is failed while every place that it lies at has a recorded failure (while one names it, if it
    /// lies nowhere). While the archive is paused nothing is leased.
    /// <para>
    /// Taking over a lapsed lease counts a lapse. A chunk that reaches <see cref="ClaimRequest.MaximumLapses"/> is quarantined
    /// (worker.lost) instead of being handed out again.
    /// </para>
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
    /// <param name="retryAfter">Back-off: the chunk is not leased again before this much time has passed, by the database's clock. Zero: at once.</param>
    Task<bool> FailChunkAsync(ChunkLease lease, Failure failure, bool permanent, TimeSpan retryAfter, CancellationToken cancellation);

    /// <summary>
    /// A worker process crashed, as its supervisor saw: each chunk that it holds goes leased -> pending with one more attempt
    /// and is suspect from then on, or -> quarantined at the <see cref="ClaimRequest.MaximumAttempts"/>-th.
    /// </summary>
    /// <param name="worker">A name of the process or of one of its slots; see <see cref="WorkerName.ProcessOf"/>.</param>
    /// <param name="retryAfter">As for <see cref="FailChunkAsync"/>.</param>
    /// <returns>How many chunks it held.</returns>
    Task<int> FailWorkerAsync(string worker, Failure failure, TimeSpan retryAfter, CancellationToken cancellation);

    /// <summary>
    /// Frees every lease and counts a lapse for each, with the consequence that <see cref="ClaimAsync"/> describes. Only for the
    /// holder of the archive's ingest lock, who knows that no worker is left alive.
    /// </summary>
    /// <returns>How many leases were ended.</returns>
    Task<int> FreeAllLeasesAsync(CancellationToken cancellation);

    // ---- Chunks that nobody holds ----------------------------------------------------------------------------

    /// <summary>Chunks of one video in order.</summary>
    Task<IReadOnlyList<ChunkRecord>> ListChunksAsync(VideoId video, string encodingId, CancellationToken cancellation);

    /// <summary>Videos of an encoding with an embedded chunk that is not indexed yet, in the order in which they were planned.</summary>
    Task<IReadOnlyList<VideoId>> ListToAggregateAsync(string encodingId, CancellationToken cancellation);

    /// <summary>embedded -> indexed for these chunks, once the vector store has acknowledged them. Idempotent; those in another state stay.</summary>
    Task MarkIndexedAsync(VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes, CancellationToken cancellation);

    /// <summary>indexed -> embedded for all chunks of a video (null: of every video) in an encoding, so that they are aggregated again.</summary>
    Task UnmarkIndexedAsync(VideoId? video, string encodingId, CancellationToken cancellation);

    /// <summary>embedded or indexed -> pending for chunks whose vector file is lost or broken; attempts and lapses count anew, those in another state stay.</summary>
    Task RequeueAsync(VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes, CancellationToken cancellation);

    /// <summary>quarantined -> pending with no attempts and lapses counted, for a video (null: for all). Failures that name it or stand at its places (null: all failures) are cleared.</summary>
    /// <returns>How many chunks became pending.</returns>
    Task<int> RetryAsync(VideoId? video, CancellationToken cancellation);

    /// <summary>Counts over one encoding (null: the active one).</summary>
    Task<LedgerStatus> StatusAsync(string? encodingId, CancellationToken cancellation);

    /// <summary>How many chunks of an encoding (null: the active one) are quarantined for which reason: codes of <see cref="ErrorCodes"/> with counts.</summary>
    Task<IReadOnlyDictionary<string, int>> CountQuarantinedAsync(string? encodingId, CancellationToken cancellation);
}
