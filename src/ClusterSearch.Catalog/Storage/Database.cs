using ClusterSearch.Core;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ClusterSearch.Catalog.Storage;

/// <summary>What a power failure may take back of a transaction that was acknowledged.</summary>
internal enum Durability
{
    /// <summary>The whole transaction (synchronous=NORMAL). For leases: whoever held one lost power too.</summary>
    Lease,

    /// <summary>Nothing (synchronous=FULL: the log is synced before the call returns).</summary>
    Record,
}

/// <summary>
/// The connections to one database file. One writer behind a gate: writers of this process queue for it, fairly and
/// cancellably, instead of colliding in SQLite's busy handler; only other processes are waited for there. Readers have
/// connections of their own (WAL: they neither block nor are blocked), kept for reuse, as many as ever read at once.
/// SQLite has no asynchronous calls: work runs on the caller's thread once the gate is open, and takes well under a
/// millisecond for the ledger's calls.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    // One try for the write lock blocks a thread for at most this long; between tries a cancellation is seen.
    private const int LockTryMilliseconds = 20;

    private readonly string _path;
    private readonly SqliteCatalogOptions _options;
    private readonly Session _writer;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Stack<Session> _idleReaders = new();
    private readonly Lock _readersLock = new();
    private Durability? _writerDurability;
    private bool _disposed;

    private Database(string path, SqliteCatalogOptions options, Session writer)
    {
        _path = path;
        _options = options;
        _writer = writer;
    }

    /// <param name="migrations">See <see cref="CatalogSchema.Migrations"/>.</param>
    public static async Task<Database> OpenAsync(
        string path, SqliteCatalogOptions options, IReadOnlyList<string> migrations, CancellationToken cancellation)
    {
        var session = Connect(path, options, LockTryMilliseconds);
        var database = new Database(path, options, session);
        try
        {
            await CatalogSchema.EnsureAsync(database, session, path, migrations, cancellation);
            return database;
        }
        catch (Exception fault)
        {
            session.Dispose();
            database._gate.Dispose();
            if (fault is SqliteException sqlite) throw SqliteFaults.Translate(sqlite, path);
            throw;
        }
    }

    /// <summary>Runs the work in one read transaction: all of it sees one state.</summary>
    public Task<T> ReadAsync<T>(Func<Session, T> work, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<T>(cancellation);
        try
        {
            return Task.FromResult(Read(work));
        }
        catch (SqliteException fault)
        {
            return Task.FromException<T>(SqliteFaults.Translate(fault, _path));
        }
        catch (Exception fault)
        {
            return Task.FromException<T>(fault);
        }
    }

    /// <summary>Runs the work in one transaction that holds the write lock from its start; an exception takes all of it back.</summary>
    public async Task<T> WriteAsync<T>(Durability durability, Func<Session, T> work, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_writerDurability != durability)
            {
                _writer.Execute(durability == Durability.Record ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
                _writerDurability = durability;
            }
            await BeginImmediateAsync(_writer, cancellation);
            return Complete(_writer, work);
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.Translate(fault, _path);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes the write lock now rather than at the first write, so that what is read under it cannot change before.</summary>
    public async Task BeginImmediateAsync(Session session, CancellationToken cancellation)
    {
        var deadline = TimeProvider.System.GetTimestamp() + (long)(_options.BusyTimeout.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (true)
        {
            // Not through SqliteCommand, which would retry for its own timeout in steps of 150 ms and block the thread.
            var code = raw.sqlite3_exec(session.Connection.Handle, "BEGIN IMMEDIATE");
            if (code == raw.SQLITE_OK) return;
            if ((code & 0xff) != raw.SQLITE_BUSY) throw RawFault(session, code);
            if (TimeProvider.System.GetTimestamp() >= deadline) throw SqliteFaults.Busy(_path);
            await Task.Delay(Random.Shared.Next(1, 10), cancellation);
        }
    }

    public T Complete<T>(Session session, Func<Session, T> work)
    {
        try
        {
            var result = work(session);
            Run(session, "COMMIT");
            return result;
        }
        catch
        {
            // A full disk may have rolled back already; then there is nothing left to take back.
            if (raw.sqlite3_get_autocommit(session.Connection.Handle) == 0) raw.sqlite3_exec(session.Connection.Handle, "ROLLBACK");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_disposed) return;
            lock (_readersLock)
            {
                _disposed = true;
                while (_idleReaders.TryPop(out var reader)) reader.Dispose();
            }
            // The last connection to close folds the log back into the database.
            _writer.Dispose();
        }
        finally
        {
            _gate.Release();
        }
    }

    private static Session Connect(string path, SqliteCatalogOptions options, int busyMilliseconds)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            // Readers too: they take part in the log's shared memory.
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            // On top of the busy timeout below, in whole seconds; 0 would mean for ever.
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            raw.sqlite3_busy_timeout(connection.Handle, busyMilliseconds);
            raw.sqlite3_extended_result_codes(connection.Handle, 1);
            return new Session(connection, options.ClockOffset);
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw SqliteFaults.Translate(fault, path);
        }
    }

    private T Read<T>(Func<Session, T> work)
    {
        var session = RentReader();
        var clean = false;
        try
        {
            Run(session, "BEGIN");
            var result = work(session);
            Run(session, "COMMIT");
            clean = true;
            return result;
        }
        finally
        {
            ReturnReader(session, clean);
        }
    }

    private Session RentReader()
    {
        lock (_readersLock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_idleReaders.TryPop(out var idle)) return idle;
        }
        return Connect(_path, _options, (int)_options.BusyTimeout.TotalMilliseconds);
    }

    private void ReturnReader(Session session, bool clean)
    {
        lock (_readersLock)
        {
            if (clean && !_disposed)
            {
                _idleReaders.Push(session);
                return;
            }
        }
        session.Dispose();
    }

    private void Run(Session session, string sql)
    {
        var code = raw.sqlite3_exec(session.Connection.Handle, sql);
        if (code != raw.SQLITE_OK) throw RawFault(session, code);
    }

    private ClusterSearchException RawFault(Session session, int code) => SqliteFaults.Translate(
        code & 0xff, raw.sqlite3_extended_errcode(session.Connection.Handle), raw.sqlite3_errmsg(session.Connection.Handle).utf8_to_string(), _path);
}
