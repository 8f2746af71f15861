using System.Data;
using ClusterSearch.Core;
using Npgsql;
using NpgsqlTypes;

namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>
/// One connection in the hands of one caller, for the time of one call. Statements are prepared by their text, so texts are
/// constants; $1, $2, … are the parameters in order.
/// </summary>
/// <param name="attempt">0 for the first try of a call, 1 for its repetition after a fault, and so on.</param>
internal sealed class PostgresSession(NpgsqlConnection connection, Func<TimeSpan>? clockOffset, int attempt, CancellationToken cancellation)
{
    /// <summary>The call was made before, and nobody knows whether it took effect.</summary>
    public bool IsRepeated => attempt > 0;

    /// <summary>Statements may take as long as they take.</summary>
    public bool IsUnlimited { get; init; }

    /// <summary>What tests add to the database's clock: clock_timestamp() + $n.</summary>
    public TimeSpan ClockOffset => clockOffset?.Invoke() ?? TimeSpan.Zero;

    /// <returns>Rows changed by the statement itself, not by triggers or cascades.</returns>
    public async Task<int> ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Runs statements without parameters; nothing of them is kept prepared.</summary>
    public async Task ExecuteScriptAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation)) rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row; default when there is none.</summary>
    public async Task<T?> FirstAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellation);
        return await reader.ReadAsync(cancellation) ? read(reader) : default;
    }

    public Task<bool> ExistsAsync(string sql, params object?[] parameters) => FirstAsync(sql, _ => true, parameters);

    private NpgsqlCommand Command(string sql, object?[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        if (IsUnlimited) command.CommandTimeout = 0;
        foreach (var value in parameters)
            command.Parameters.Add(value is null
                ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Unknown }
                : new NpgsqlParameter { Value = value });
        return command;
    }
}

internal static class ReaderExtensions
{
    public static string? TextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
