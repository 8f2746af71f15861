using ClusterSearch.Catalog.Rows;
using Npgsql;

namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>The reader's current row.</summary>
internal readonly struct PostgresRow(NpgsqlDataReader reader) : IRow
{
    public long Int64(int column) => reader.GetInt64(column);

    public int Int32(int column) => reader.GetInt32(column);

    public double Double(int column) => reader.GetDouble(column);

    public bool Bool(int column) => reader.GetBoolean(column);

    public TimeSpan Interval(int column) => reader.GetTimeSpan(column);

    public string Text(int column) => reader.GetString(column);

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public Guid Guid(int column) => reader.GetGuid(column);

    public byte[] Bytes(int column) => reader.GetFieldValue<byte[]>(column);

    public bool IsNull(int column) => reader.IsDBNull(column);
}
