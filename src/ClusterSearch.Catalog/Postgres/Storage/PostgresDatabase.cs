using System.Data;
using ClusterSearch.Core;
using Npgsql;

namespace ClusterSearch.Catalog.Postgres.Storage;

/// <summary>How a call is put to the server.</summary>
internal enum CallKind
{
    /// <summary>One statement, which is its own transaction: one round trip.</summary>
    Statement,

    /// <summary>Several statements that read, all of one state.</summary>
    Reading,

    /// <summary>Several statements of which some write.</summary>
    Writing,

    /// <summary>As <see cref="Writing"/>, over any number of rows: no limit on time.</summary>
    Sweeping,
}

/// <summary>
/// The connections to one server. A call takes one for its own time and gives it back.
/// <para>
/// A call that collides with another (deadlock, serialization) is rolled back and said again. So is one whose connection
/// breaks, three times within a second at most: whether it took effect is not known, and every call is made so that saying it
/// twice does it once, or answers "no longer yours" where the first time took effect. A server that stays away longer is the
/// caller's to wait for: archive.unreachable, transient.
/// </para>
/// </summary>
internal sealed class PostgresDatabase(NpgsqlDataSource source, ServerAddress address, Func<TimeSpan>? clockOffset) : IAsyncDisposable
{
    private const int Attempts = 4;

    public ServerAddress Address { get; } = address;

    /// <exception cref="ClusterSearchException">As <see cref="PostgresFaults"/> says.</exception>
    public async Task<T> RunAsync<T>(CallKind kind, Func<PostgresSession, Task<T>> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await RunOnceAsync(kind, work, attempt, cancellation);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                if (attempt + 1 < Attempts && (PostgresFaults.IsCollision(fault) || PostgresFaults.IsConnectionLost(fault)))
                {
                    // About 10, 60 and 360 ms, spread so that those who collided do not meet again.
                    await Task.Delay(TimeSpan.FromMilliseconds(10 * Math.Pow(6, attempt) * (0.5 + Random.Shared.NextDouble())), cancellation);
                    continue;
                }
                if (PostgresFaults.Translate(fault, Address) is not { } translated || ReferenceEquals(translated, fault)) throw;
                throw translated;
            }
        }
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<T> RunOnceAsync<T>(CallKind kind, Func<PostgresSession, Task<T>> work, int attempt, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var session = new PostgresSession(connection, clockOffset, attempt, cancellation) { IsUnlimited = kind == CallKind.Sweeping };
        if (kind == CallKind.Statement) return await work(session);
        await using var transaction = await connection.BeginTransactionAsync(
            kind == CallKind.Reading ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted, cancellation);
        if (kind == CallKind.Sweeping) await session.ExecuteScriptAsync("SET LOCAL statement_timeout = 0");
        var result = await work(session);
        await transaction.CommitAsync(cancellation);
        return result;
    }
}
