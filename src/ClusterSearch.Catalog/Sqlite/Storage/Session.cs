using ClusterSearch.Core;
using SQLitePCL;

namespace ClusterSearch.Catalog.Sqlite.Storage;

/// <summary>
/// One connection and its prepared statements. Used by one caller at a time, inside a transaction that
/// <see cref="Database"/> opens and ends. Statements are kept by their text, so texts are constants.
/// <para>
/// Speaks to SQLite directly: the ADO.NET layer costs 27 of 47 ms at the first use in a process, more than the rest of opening
/// an archive, and retries a locked database on its own, blocking the thread.
/// </para>
/// </summary>
internal sealed class Session : IDisposable
{
    private readonly Dictionary<string, sqlite3_stmt> _statements = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly sqlite3 _handle;
    private readonly Func<TimeSpan>? _clockOffset;

    static Session() => Batteries_V2.Init();

    /// <exception cref="ClusterSearchException">As <see cref="SqliteFaults"/> says; so does every other call.</exception>
    public Session(string path, TimeSpan busyTimeout, Func<TimeSpan>? clockOffset)
    {
        _path = path;
        _clockOffset = clockOffset;
        // Readers too may write: they take part in the log's shared memory. Without SQLite's own mutexes: see above.
        var code = raw.sqlite3_open_v2(path, out _handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            var fault = Fault(code);
            _handle.Dispose();
            throw fault;
        }
        BusyTimeout = busyTimeout;
    }

    /// <summary>How long SQLite itself waits for a lock, blocking the thread.</summary>
    public TimeSpan BusyTimeout
    {
        set => raw.sqlite3_busy_timeout(_handle, (int)value.TotalMilliseconds);
    }

    public bool IsInTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>The database's clock, milliseconds since 1970. Read once a transaction, so that all of it sees one instant.</summary>
    public long NowMilliseconds() =>
        First("SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)", row => row.Int64(0)) + (long)(_clockOffset?.Invoke() ?? TimeSpan.Zero).TotalMilliseconds;

    /// <returns>Rows changed by the statement itself, not by triggers or cascades.</returns>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var statement = Bind(sql, parameters);
        try
        {
            while (Step(statement)) { }
            return raw.sqlite3_changes(_handle);
        }
        finally
        {
            raw.sqlite3_reset(statement);
        }
    }

    /// <summary>Runs statements without parameters; nothing of them is kept prepared.</summary>
    public void ExecuteScript(string sql)
    {
        var code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK) throw Fault(code);
    }

    /// <summary>As <see cref="ExecuteScript"/>, but a lock that another holds is an answer and no fault.</summary>
    /// <returns>False when the database is busy.</returns>
    public bool TryExecuteScript(string sql)
    {
        var code = raw.sqlite3_exec(_handle, sql);
        if ((code & 0xff) == raw.SQLITE_BUSY) return false;
        return code == raw.SQLITE_OK ? true : throw Fault(code);
    }

    public List<T> List<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var statement = Bind(sql, parameters);
        try
        {
            var rows = new List<T>();
            while (Step(statement)) rows.Add(read(new Row(statement)));
            return rows;
        }
        finally
        {
            raw.sqlite3_reset(statement);
        }
    }

    /// <summary>The first row that is wanted, reading no further; default when there is none.</summary>
    public T? FirstWhere<T>(string sql, Func<Row, T> read, Func<T, bool> wanted, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var statement = Bind(sql, parameters);
        try
        {
            while (Step(statement))
            {
                var row = read(new Row(statement));
                if (wanted(row)) return row;
            }
            return default;
        }
        finally
        {
            raw.sqlite3_reset(statement);
        }
    }

    public T? First<T>(string sql, Func<Row, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        FirstWhere(sql, read, _ => true, parameters);

    public bool Exists(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => First(sql, _ => true, parameters);

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _handle.Dispose();
    }

    private bool Step(sqlite3_stmt statement)
    {
        var code = raw.sqlite3_step(statement);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw Fault(code),
        };
    }

    private sqlite3_stmt Bind(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            var code = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement);
            if (code != raw.SQLITE_OK) throw Fault(code);
            _statements.Add(sql, statement);
        }
        if (raw.sqlite3_bind_parameter_count(statement) != parameters.Length)
            throw new InvalidOperationException($"{raw.sqlite3_bind_parameter_count(statement)} parameters wanted, {parameters.Length} given: {sql}");
        foreach (var (name, value) in parameters)
        {
            var index = raw.sqlite3_bind_parameter_index(statement, name);
            var code = value switch
            {
                null => raw.sqlite3_bind_null(statement, index),
                string text => raw.sqlite3_bind_text(statement, index, text),
                long number => raw.sqlite3_bind_int64(statement, index, number),
                int number => raw.sqlite3_bind_int64(statement, index, number),
                double number => raw.sqlite3_bind_double(statement, index, number),
                bool truth => raw.sqlite3_bind_int64(statement, index, truth ? 1 : 0),
                // Handed over as it is, an empty array is a null pointer, and that is NULL.
                byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(statement, index, 0),
                byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
                _ => throw new InvalidOperationException($"{name} is a {value.GetType()}, which no column holds: {sql}"),
            };
            if (code != raw.SQLITE_OK) throw Fault(code);
        }
        return statement;
    }

    private ClusterSearchException Fault(int code) =>
        SqliteFaults.Translate(raw.sqlite3_extended_errcode(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string() ?? raw.sqlite3_errstr(code).utf8_to_string(), _path);
}

/// <summary>The row that a statement stands on. Valid only while it is read.</summary>
internal readonly struct Row(sqlite3_stmt statement)
{
    public long Int64(int column) => raw.sqlite3_column_int64(statement, column);

    public int Int32(int column) => raw.sqlite3_column_int(statement, column);

    public double Double(int column) => raw.sqlite3_column_double(statement, column);

    public bool Bool(int column) => Int32(column) != 0;

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Bytes(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;
}
