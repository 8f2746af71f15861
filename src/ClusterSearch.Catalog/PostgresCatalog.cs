using System.Collections.Concurrent;
using ClusterSearch.Catalog.Ledger;
using ClusterSearch.Catalog.Postgres.Ledger;
using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Catalog.Postgres.Videos;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using Npgsql;

namespace ClusterSearch.Catalog;

/// <summary>
/// The catalogue and the ledger in PostgreSQL, for any number of processes on any number of machines.
/// <para>
/// Normal operation. A call is one statement where it can be, else one transaction. A chunk changes hands by an UPDATE
/// guarded by its state and token; claims look for chunks with FOR UPDATE SKIP LOCKED, so that claimants do not wait for each
/// other. Time is the server's clock and no other.
/// </para>
/// <para>
/// Crash of a process: its transactions that are not committed are rolled back by the server; its leases lapse. Crash of the
/// server: what was acknowledged is there after its recovery. Claims, renewals and releases are the exception: up to the
/// last half second of them may be taken back, and a worker whose claim was is fenced at its commit.
/// </para>
/// <para>
/// Connection lost: the call is said again a few times within a second, and each is made so that it may be (a claim under the
/// same token finds its lease). A server that stays away longer is archive.unreachable, transient: the caller waits and says
/// it again. A claim of which not even that learned the outcome is given back with the next one.
/// </para>
/// <para>
/// Known gaps. A clock that is set back on the server makes leases last longer by as much, set forward it ends them early;
/// neither breaks anything, as a token decides and not the time. A transaction that stays open for long elsewhere in the
/// same database (a backup by pg_dump, a forgotten psql) keeps dead rows from being cleared, and claims grow slower meanwhile.
/// Connection poolers that share server connections between transactions (PgBouncer's transaction mode) are not
/// supported: prepared statements and the search path belong to the connection.
/// </para>
/// </summary>
public sealed partial class PostgresCatalog : ICatalog
{
    private readonly PostgresDatabase _database;
    private readonly ConcurrentQueue<string> _unanswered = new();

    private PostgresCatalog(PostgresDatabase database) => _database = database;

    /// <summary>Opens a catalogue, makes a new one, or migrates an older one.</summary>
    /// <param name="connectionString">"Host=…;Database=…;Username=…" as Npgsql has it, or postgres://user@host/database; either may name a schema.</param>
    /// <exception cref="ClusterSearchException">
    /// request.invalid; archive.unreachable (transient); archive.not_found (no such database, or no catalogue in it that may be made);
    /// archive.access_denied; archive.version (a newer one, another program's, a server that is too old); archive.mismatch (the archive
    /// directory is another's); archive.busy; archive.corrupt; archive.disk_full; archive.file_system.
    /// </exception>
    public static async Task<PostgresCatalog> OpenAsync(string connectionString, PostgresCatalogOptions options, CancellationToken cancellation)
    {
        options.Validate();
        cancellation.ThrowIfCancellationRequested();
        var database = Connect(connectionString, options);
        try
        {
            await CatalogSchema.EnsureAsync(database, options, CatalogSchema.Migrations, cancellation);
            return new PostgresCatalog(database);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the catalogue is, for people: without the password.</summary>
    public override string ToString() => _database.Address.ToString();

    public Task<RootRecord> RegisterRootAsync(string name, string directory, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return WriteAsync(session => Roots.RegisterAsync(session, name, directory), cancellation);
    }

    public Task<IReadOnlyList<RootRecord>> ListRootsAsync(CancellationToken cancellation) => ListAsync(Roots.ListAsync, cancellation);

    public Task<PlaceRecord?> FindPlaceAsync(Place place, CancellationToken cancellation) =>
        StatementAsync(session => Places.FindAsync(session, place), cancellation);

    public Task RecordPlaceAsync(PlaceRecord place, CancellationToken cancellation) =>
        WriteAsync(session => Places.RecordAsync(session, place), cancellation);

    public Task ForgetPlaceAsync(Place place, CancellationToken cancellation) =>
        WriteAsync(session => Places.ForgetAsync(session, place), cancellation);

    public Task<VideoRecord> PutVideoAsync(VideoRecord video, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(video.Id.Value);
        return WriteAsync(session => VideoRows.PutAsync(session, video), cancellation);
    }

    public Task<VideoRecord?> FindVideoAsync(VideoId video, CancellationToken cancellation) =>
        ReadAsync(session => VideoRows.FindAsync(session, video), cancellation);

    public Task<IReadOnlyList<VideoRecord>> ListVideosAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<VideoRecord>>(async session => await VideoRows.ListAsync(session), cancellation);

    public Task<bool> RenameVideoAsync(VideoId provisional, VideoId final, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(final.Value);
        if (provisional == final) throw new ArgumentException($"a video is renamed to another id, found {final} twice", nameof(final));
        return SweepAsync(session => VideoRows.RenameAsync(session, provisional, final), cancellation);
    }

    public Task RemoveVideoAsync(VideoId video, CancellationToken cancellation) => SweepAsync(async session =>
    {
        await VideoRows.RemoveAsync(session, video);
        return true;
    }, cancellation);

    public Task RecordFailureAsync(FailureRecord failure, CancellationToken cancellation) =>
        WriteAsync(session => FailureRows.RecordAsync(session, failure), cancellation);

    public Task ClearFailureAsync(Place place, CancellationToken cancellation) =>
        WriteAsync(session => FailureRows.ClearAsync(session, place), cancellation);

    public Task<IReadOnlyList<FailureRecord>> ListFailuresAsync(CancellationToken cancellation) => ListAsync(FailureRows.ListAsync, cancellation);

    public Task PutEncodingAsync(Encoding encoding, CancellationToken cancellation) =>
        WriteAsync(session => EncodingRows.PutAsync(session, encoding), cancellation);

    public Task<IReadOnlyList<EncodingRecord>> ListEncodingsAsync(CancellationToken cancellation) => ListAsync(EncodingRows.ListAsync, cancellation);

    public Task<EncodingRecord?> ActiveEncodingAsync(CancellationToken cancellation) => StatementAsync(EncodingRows.ActiveAsync, cancellation);

    public Task ActivateEncodingAsync(string encodingId, CancellationToken cancellation) =>
        WriteAsync(session => EncodingRows.ActivateAsync(session, encodingId), cancellation);

    public Task DropEncodingAsync(string encodingId, CancellationToken cancellation) => SweepAsync(async session =>
    {
        await EncodingRows.DropAsync(session, encodingId);
        return true;
    }, cancellation);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>The connections alone, for tests that migrate otherwise.</summary>
    internal static PostgresDatabase Connect(string connectionString, PostgresCatalogOptions options)
    {
        var address = ServerAddress.Parse(connectionString, options);
        try
        {
            return new PostgresDatabase(new NpgsqlDataSourceBuilder(address.Connection.ConnectionString).Build(), address, options.ClockOffset);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException or FormatException)
        {
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"the catalogue's connection string cannot be used ({fault.Message.ReplaceLineEndings(" ")})");
        }
    }

    private Task<T> StatementAsync<T>(Func<PostgresSession, Task<T>> work, CancellationToken cancellation) => _database.RunAsync(CallKind.Statement, work, cancellation);

    private Task<T> ReadAsync<T>(Func<PostgresSession, Task<T>> work, CancellationToken cancellation) => _database.RunAsync(CallKind.Reading, work, cancellation);

    private Task<T> WriteAsync<T>(Func<PostgresSession, Task<T>> work, CancellationToken cancellation) => _database.RunAsync(CallKind.Writing, work, cancellation);

    private Task<T> SweepAsync<T>(Func<PostgresSession, Task<T>> work, CancellationToken cancellation) => _database.RunAsync(CallKind.Sweeping, work, cancellation);

    private Task<bool> WriteAsync(Func<PostgresSession, Task> work, CancellationToken cancellation) => WriteAsync(async session =>
    {
        await work(session);
        return true;
    }, cancellation);

    private Task<IReadOnlyList<T>> ListAsync<T>(Func<PostgresSession, Task<List<T>>> work, CancellationToken cancellation) =>
        StatementAsync<IReadOnlyList<T>>(async session => await work(session), cancellation);
}
