using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Catalog;

/// <summary>Roots, places, videos, and files that cannot be ingested.</summary>
public interface IVideoRegister
{
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

    /// <summary>
    /// Gives a growing recording, kept under a provisional id, the id of its content once it is closed: places, plans, chunks,
    /// failures and feedback follow, in one transaction. Where the final id is known already, its row, its plans and its feedback
    /// stay: the provisional one's places and failures join them, its plans only in encodings in which the final id has none, its
    /// feedback where the final id has none on the same moment for the same query.
    /// <para>
    /// Vector files follow by the caller: a chunk keeps its token, so a file is the same one under (final, encoding, chunk,
    /// token). Link or copy them to their new names first, rename here, then delete the provisional ones; whatever a crash
    /// leaves between is swept. The index knows the units under the provisional id: chunks that were indexed are embedded
    /// again, so that the aggregator writes them anew, and the caller deletes the provisional id from the index. Leases of the
    /// provisional id are fenced and count nothing.
    /// </para>
    /// </summary>
    /// <returns>False when nothing is known under the provisional id: it was renamed before, or never was.</returns>
    /// <exception cref="ArgumentException">Both ids are one.</exception>
    Task<bool> RenameVideoAsync(VideoId provisional, VideoId final, CancellationToken cancellation);

    /// <summary>Forgets a video: its places, plans, chunks, failures and feedback. Unknown ones are no error.</summary>
    Task RemoveVideoAsync(VideoId video, CancellationToken cancellation);

    /// <summary>Records why a place's video cannot be ingested. One a place; the latest stands.</summary>
    Task RecordFailureAsync(FailureRecord failure, CancellationToken cancellation);

    Task ClearFailureAsync(Place place, CancellationToken cancellation);

    Task<IReadOnlyList<FailureRecord>> ListFailuresAsync(CancellationToken cancellation);
}
