namespace ClusterSearch.Catalog.Sqlite.Storage;

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
    private static readonly TimeSpan LockTry = TimeSpan.FromMilliseconds(20);

    private readonly string _path;
    private readonly SqliteCatalogOptions _options;
    private readonly Session _writer;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Stack<Session> _idleReaders = new();
    private readonly Lock _readersLock = new();
    private Durability? _writerDurability;
    private bool _disposed;

    private Database(string path, SqliteCatalogOptions options)
    {
        _path = path;
        _options = options;
        _writer = Connect();
    }

    /// <param name="migrations">See <see cref="CatalogSchema.Migrations"/>.</param>
    public static async Task<Database> OpenAsync(
        string path, SqliteCatalogOptions options, IReadOnlyList<string> migrations, CancellationToken cancellation)
    {
        var database = new Database(path, options);
        try
        {
            await CatalogSchema.EnsureAsync(database, database._writer, path, migrations, cancellation);
            database._writer.BusyTimeout = LockTry;
            return database;
        }
        catch
        {
            await database.DisposeAsync();
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
                _writer.ExecuteScript(durability == Durability.Record ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
                _writerDurability = durability;
            }
            // The lock is taken now rather than at the first write, so that what is read under it cannot change before.
            await RetryWhileBusyAsync(_writer, "BEGIN IMMEDIATE", cancellation);
            return Complete(_writer, work);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Writes the state of this moment into a new file. In WAL mode it holds up nobody.</summary>
    public void CopyTo(string path)
    {
        using (var session = Connect()) session.Execute("VACUUM INTO $path", ("$path", path));
        // VACUUM INTO does not sync what it wrote.
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Flush(flushToDisk: true);
    }

    /// <exception cref="Core.ClusterSearchException">archive.busy after the busy timeout.</exception>
    public async Task RetryWhileBusyAsync(Session session, string sql, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!session.TryExecuteScript(sql))
        {
            if (TimeProvider.System.GetElapsedTime(started) >= _options.BusyTimeout) throw SqliteFaults.Busy(_path);
            await Task.Delay(Random.Shared.Next(1, 10), cancellation);
        }
    }

    /// <summary>Does the work in the transaction that has begun, and commits it or takes it back.</summary>
    public static T Complete<T>(Session session, Func<Session, T> work)
    {
        try
        {
            var result = work(session);
            session.ExecuteScript("COMMIT");
            return result;
        }
        catch
        {
            // A full disk may have rolled back already; then there is nothing left to take back.
            if (session.IsInTransaction) session.ExecuteScript("ROLLBACK");
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

    private T Read<T>(Func<Session, T> work)
    {
        var session = RentReader();
        var clean = false;
        try
        {
            session.ExecuteScript("BEGIN");
            var result = work(session);
            session.ExecuteScript("COMMIT");
            clean = true;
            return result;
        }
        finally
        {
            ReturnReader(session, clean);
        }
    }

    private Session Connect() => new(_path, _options.BusyTimeout, _options.ClockOffset);

    private Session RentReader()
    {
        lock (_readersLock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_idleReaders.TryPop(out var idle)) return idle;
        }
        return Connect();
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
}
