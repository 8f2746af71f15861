using Microsoft.Data.Sqlite;

namespace ClusterSearch.Catalog.Storage;

/// <summary>
/// One connection and its prepared statements. Used by one caller at a time, inside a transaction that
/// <see cref="Database"/> opens and ends. Statements are kept by their text, so texts are constants.
/// </summary>
internal sealed class Session(SqliteConnection connection, Func<TimeSpan>? clockOffset) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    public SqliteConnection Connection { get; } = connection;

    /// <summary>The database's clock, milliseconds since 1970. Read once a transaction, so that all of it sees one instant.</summary>
    public long NowMilliseconds() =>
        First("SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)", row => row.GetInt64(0))
        + (long)(clockOffset?.Invoke() ?? TimeSpan.Zero).TotalMilliseconds;

    /// <returns>Rows changed by the statement itself, not by triggers or cascades.</returns>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Bind(sql, parameters).ExecuteNonQuery();

    /// <summary>Runs several statements, once: nothing of it is kept prepared.</summary>
    public void ExecuteScript(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public List<T> List<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var reader = Bind(sql, parameters).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row that is wanted, reading no further; default when there is none.</summary>
    public T? FirstWhere<T>(string sql, Func<SqliteDataReader, T> read, Func<T, bool> wanted, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var reader = Bind(sql, parameters).ExecuteReader();
        while (reader.Read())
        {
            var row = read(reader);
            if (wanted(row)) return row;
        }
        return default;
    }

    public T? First<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        FirstWhere(sql, read, _ => true, parameters);

    public bool Exists(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        First(sql, _ => true, parameters);

    public void Dispose()
    {
        foreach (var command in _commands.Values) command.Dispose();
        Connection.Dispose();
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = Connection.CreateCommand();
            command.CommandText = sql;
            _commands.Add(sql, command);
        }
        command.Parameters.Clear();
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}

internal static class Columns
{
    public static string? TextOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
