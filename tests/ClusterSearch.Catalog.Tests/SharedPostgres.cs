using ClusterSearch.Catalog.Tests;
using ClusterSearch.Testing;
using Npgsql;

[assembly: AssemblyFixture(typeof(SharedPostgres))]

namespace ClusterSearch.Catalog.Tests;

/// <summary>
/// One PostgreSQL server for all tests that only need a place of their own in it: a schema each. CLUSTERSEARCH_POSTGRES may name
/// another one; otherwise it is made when the first test asks for it.
/// </summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.CreateAsync());

    private static string? Given => Environment.GetEnvironmentVariable("CLUSTERSEARCH_POSTGRES") is { Length: > 0 } given ? given : null;

    /// <summary>Skips the test where there is no server.</summary>
    public async Task<string> ConnectionStringAsync()
    {
        if (Given is { } given) return given;
        if (PostgresServer.Missing is { } reason) Assert.Skip(reason);
        return (await _server.Value).ConnectionString;
    }

    public static string NewSchema() => $"test_{Guid.NewGuid():N}";

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(await ConnectionStringAsync() + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
    }
}
