using ClusterSearch.Catalog.Ledger;
using ClusterSearch.Catalog.Sqlite.Encodings;
using ClusterSearch.Catalog.Sqlite.Ledger;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Sqlite.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog;

/// <summary>
/// The catalogue and the ledger in one SQLite file, for one machine and any number of its processes.
/// <para>
/// Normal operation. Every call is one transaction. Those that change something take the write lock at their start
/// (BEGIN IMMEDIATE), so what they read under it holds until they end; a chunk changes hands by an UPDATE guarded by its
/// state and token, and an update that finds no such row is the answer "no longer yours". Readers see the last
/// committed state and wait for nobody. Time is the database's clock, read inside the transaction.
/// </para>
/// <para>
/// Crash. A process that is killed leaves its committed transactions and nothing of the others: the log (WAL) is in the
/// operating system's hands once a call has returned. A power failure is harder: calls that record something (plans,
/// results, marks, removals, failures) return after the log is synced and are never lost; claims, renewals and
/// releases are not synced on their own, and losing the last of them costs nothing, for whoever held the leases lost
/// power too. Both hold as far as the disk keeps what it said it wrote.
/// </para>
/// <para>
/// Recovery. SQLite replays the log at the next opening. Chunks of dead workers come back when their leases lapse, or at
/// once by <see cref="FreeAllLeasesAsync"/>. Vector files without a row that names their token are swept by their store.
/// </para>
/// <para>
/// Known gaps. A system clock that is set back makes leases last longer by as much, set forward it ends them early; neither
/// breaks anything, as a token decides and not the time. Several machines need PostgreSQL: network file systems are refused.
/// </para>
/// </summary>
public sealed partial class SqliteCatalog : ICatalog
{
    /// <summary>Version of the archive directory's layout that this program reads and writes, kept in its catalogue.</summary>
    public const int ArchiveFormat = 1;

    private readonly Database _database;

    private SqliteCatalog(Database database) => _database = database;

    /// <summary>Opens a catalogue, makes a new one, or migrates an older one.</summary>
    /// <param name="databasePath">The file; "-wal" and "-shm" files lie beside it while it is open.</param>
    /// <exception cref="ClusterSearchException">
    /// archive.not_found; archive.file_system (a network file system, a directory that cannot be written); archive.version (newer, or
    /// another program's); archive.corrupt; archive.busy; archive.disk_full.
    /// </exception>
    public static async Task<SqliteCatalog> OpenAsync(string databasePath, SqliteCatalogOptions options, CancellationToken cancellation)
    {
        options.Validate();
        cancellation.ThrowIfCancellationRequested();
        var path = Path.GetFullPath(databasePath);
        LocalFileSystem.Require(path);
        if (!File.Exists(path))
        {
            if (!options.CreateIfMissing)
                throw new ClusterSearchException(ErrorCodes.ArchiveNotFound, $"expected a catalogue, found no file: {path}; ingest footage first, or name another archive");
            CreateDirectoryOf(path);
        }
        return new SqliteCatalog(await Database.OpenAsync(path, options, CatalogSchema.Migrations, cancellation));
    }

    public Task<RootRecord> RegisterRootAsync(string name, string directory, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return RecordAsync(session => Roots.Register(session, name, directory), cancellation);
    }

    public Task<IReadOnlyList<RootRecord>> ListRootsAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<RootRecord>>(Roots.List, cancellation);

    public Task<PlaceRecord?> FindPlaceAsync(Place place, CancellationToken cancellation) =>
        ReadAsync(session => Places.Find(session, place), cancellation);

    public Task RecordPlaceAsync(PlaceRecord place, CancellationToken cancellation) =>
        RecordAsync(session => Places.Record(session, place), cancellation);

    public Task ForgetPlaceAsync(Place place, CancellationToken cancellation) =>
        RecordAsync(session => Places.Forget(session, place), cancellation);

    public Task<VideoRecord> PutVideoAsync(VideoRecord video, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(video.Id.Value);
        return RecordAsync(session => VideoRows.Put(session, video), cancellation);
    }

    public Task<VideoRecord?> FindVideoAsync(VideoId video, CancellationToken cancellation) =>
        ReadAsync(session => VideoRows.Find(session, video), cancellation);

    public Task<IReadOnlyList<VideoRecord>> ListVideosAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<VideoRecord>>(VideoRows.List, cancellation);

    public Task<bool> RenameVideoAsync(VideoId provisional, VideoId final, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(final.Value);
        if (provisional == final) throw new ArgumentException($"a video is renamed to another id, found {final} twice", nameof(final));
        return RecordAsync(session => VideoRows.Rename(session, provisional, final), cancellation);
    }

    public Task RemoveVideoAsync(VideoId video, CancellationToken cancellation) =>
        RecordAsync(session => VideoRows.Remove(session, video), cancellation);

    public Task PutEncodingAsync(Encoding encoding, CancellationToken cancellation) =>
        RecordAsync(session => EncodingRows.Put(session, encoding), cancellation);

    public Task<IReadOnlyList<EncodingRecord>> ListEncodingsAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<EncodingRecord>>(EncodingRows.List, cancellation);

    public Task<EncodingRecord?> ActiveEncodingAsync(CancellationToken cancellation) => ReadAsync(EncodingRows.Active, cancellation);

    public Task ActivateEncodingAsync(string encodingId, CancellationToken cancellation) =>
        RecordAsync(session => EncodingRows.Activate(session, encodingId), cancellation);

    public Task DropEncodingAsync(string encodingId, CancellationToken cancellation) =>
        RecordAsync(session => EncodingRows.Drop(session, encodingId), cancellation);

    public Task<VideoPlan> PlanAsync(
        VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks, CancellationToken cancellation)
    {
        PlanGrowth.ValidateWhole(chunks);
        var trace = CurrentTrace.Parent;
        return RecordAsync(session => Plans.Plan(session, video, encodingId, chunks, listedTicks, trace), cancellation);
    }

    public Task<VideoPlan> ExtendPlanAsync(
        VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks, CancellationToken cancellation) =>
        RecordAsync(session => Plans.Extend(session, video, encodingId, chunks, listedTicks), cancellation);

    public Task SetPriorityAsync(VideoId video, int priority, CancellationToken cancellation) =>
        RecordAsync(session => Plans.SetPriority(session, video, priority), cancellation);

    public Task<VideoPlan?> FindPlanAsync(VideoId video, string encodingId, CancellationToken cancellation) =>
        ReadAsync(session => Plans.Find(session, video, encodingId), cancellation);

    public Task<IReadOnlyList<VideoPlanSummary>> ListPlansAsync(string encodingId, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<VideoPlanSummary>>(session => Plans.List(session, encodingId), cancellation);

    public Task<ChunkLease?> ClaimAsync(ClaimRequest request, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.LeaseDuration, TimeSpan.FromMilliseconds(1));
        return LeaseAsync(session => Claims.Claim(session, request), cancellation);
    }

    public Task<bool> RenewAsync(ChunkLease lease, TimeSpan duration, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        return LeaseAsync(session => Leases.Renew(session, lease, duration), cancellation);
    }

    public Task<bool> CommitAsync(ChunkLease lease, ChunkResult result, CancellationToken cancellation) =>
        RecordAsync(session => Leases.Commit(session, lease, result), cancellation);

    public Task<bool> ReleaseAsync(ChunkLease lease, CancellationToken cancellation) =>
        LeaseAsync(session => Leases.Release(session, lease), cancellation);

    public Task<bool> FailChunkAsync(ChunkLease lease, Failure failure, bool permanent, TimeSpan retryAfter, CancellationToken cancellation) =>
        RecordAsync(session => Leases.Fail(session, lease, failure, permanent, retryAfter), cancellation);

    public Task<int> FailWorkerAsync(string worker, Failure failure, TimeSpan retryAfter, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(worker);
        return RecordAsync(session => Leases.FailWorker(session, worker, failure, retryAfter), cancellation);
    }

    public Task<int> FreeAllLeasesAsync(CancellationToken cancellation) => LeaseAsync(Leases.FreeAll, cancellation);

    public Task<IReadOnlyList<ChunkRecord>> ListChunksAsync(VideoId video, string encodingId, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<ChunkRecord>>(session => Chunks.List(session, video, encodingId), cancellation);

    public Task<IReadOnlyList<VideoId>> ListToAggregateAsync(string encodingId, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<VideoId>>(session => Plans.ListToAggregate(session, encodingId), cancellation);

    public Task MarkIndexedAsync(VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes, CancellationToken cancellation) =>
        RecordAsync(session => Chunks.MarkIndexed(session, video, encodingId, chunkIndexes), cancellation);

    public Task UnmarkIndexedAsync(VideoId? video, string encodingId, CancellationToken cancellation) =>
        RecordAsync(session => Chunks.UnmarkIndexed(session, video, encodingId), cancellation);

    public Task RequeueAsync(VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes, CancellationToken cancellation) =>
        RecordAsync(session => Chunks.Requeue(session, video, encodingId, chunkIndexes), cancellation);

    public Task RecordFailureAsync(FailureRecord failure, CancellationToken cancellation) =>
        RecordAsync(session => FailureRows.Record(session, failure), cancellation);

    public Task ClearFailureAsync(Place place, CancellationToken cancellation) =>
        RecordAsync(session => FailureRows.Clear(session, place), cancellation);

    public Task<IReadOnlyList<FailureRecord>> ListFailuresAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<FailureRecord>>(FailureRows.List, cancellation);

    public Task<int> RetryAsync(VideoId? video, CancellationToken cancellation) =>
        RecordAsync(session => Chunks.Retry(session, video), cancellation);

    public Task<LedgerStatus> StatusAsync(string? encodingId, CancellationToken cancellation) =>
        ReadAsync(session => LedgerCounts.Status(session, encodingId), cancellation);

    public Task<IReadOnlyDictionary<string, int>> CountQuarantinedAsync(string? encodingId, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyDictionary<string, int>>(session => LedgerCounts.Quarantined(session, encodingId), cancellation);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static void CreateDirectoryOf(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem,
                $"the archive's directory cannot be made: {directory} ({fault.Message}); name one that this user may write", fault);
        }
    }

    private Task<T> ReadAsync<T>(Func<Session, T> work, CancellationToken cancellation) => _database.ReadAsync(work, cancellation);

    private Task<T> LeaseAsync<T>(Func<Session, T> work, CancellationToken cancellation) =>
        _database.WriteAsync(Durability.Lease, work, cancellation);

    private Task<T> RecordAsync<T>(Func<Session, T> work, CancellationToken cancellation) =>
        _database.WriteAsync(Durability.Record, work, cancellation);

    private Task<bool> RecordAsync(Action<Session> work, CancellationToken cancellation) => RecordAsync(session =>
    {
        work(session);
        return true;
    }, cancellation);
}
