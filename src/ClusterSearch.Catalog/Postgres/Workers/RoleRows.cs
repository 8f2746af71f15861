using ClusterSearch.Catalog.Postgres.Storage;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Postgres.Workers;

/// <summary>Who may act in a role. As with chunks the token decides, and time only says when another may take over.</summary>
internal static class RoleRows
{
    /// <param name="token">Of this taking: said again after a lost answer it is the same taking.</param>
    public static async Task<RoleLease?> TryTakeAsync(PostgresSession session, string role, string holder, TimeSpan duration, string token)
    {
        var epoch = await session.FirstAsync<long?>("""
            INSERT INTO role AS r (name, holder, token, epoch, held_until) VALUES ($1, $2, $3, 1, clock_timestamp() + $4 + $5)
            ON CONFLICT (name) DO UPDATE SET
                holder = excluded.holder, token = excluded.token, held_until = excluded.held_until,
                epoch = CASE WHEN r.token = excluded.token THEN r.epoch ELSE r.epoch + 1 END
            WHERE r.token IS NULL OR r.token = excluded.token OR r.held_until <= clock_timestamp() + $5
            RETURNING epoch
            """,
            row => row.GetInt64(0), role, holder, token, duration, session.ClockOffset);
        return epoch is { } taken ? new RoleLease(role, holder, token, taken, duration) : null;
    }

    public static async Task<bool> RenewAsync(PostgresSession session, RoleLease lease, TimeSpan duration) => await session.ExecuteAsync(
        "UPDATE role SET held_until = clock_timestamp() + $3 + $4 WHERE name = $1 AND token = $2", lease.Role, lease.Token, duration, session.ClockOffset) > 0;

    public static async Task<bool> ReleaseAsync(PostgresSession session, RoleLease lease) => await session.ExecuteAsync(
        "UPDATE role SET holder = NULL, token = NULL, held_until = NULL WHERE name = $1 AND token = $2", lease.Role, lease.Token) > 0;

    /// <summary>Whether the role is held; it cannot be taken by another until the transaction ends.</summary>
    public static Task<bool> LockHeldAsync(PostgresSession session, RoleLease lease) =>
        session.ExistsAsync("SELECT 1 FROM role WHERE name = $1 AND token = $2 FOR SHARE", lease.Role, lease.Token);

    public static Task<List<RoleRecord>> ListAsync(PostgresSession session) => session.ListAsync(
        "SELECT name, holder, epoch, coalesce(greatest(held_until - clock_timestamp() - $1, interval '0'), interval '0') FROM role ORDER BY name",
        row => new RoleRecord(row.GetString(0), row.TextOrNull(1), row.GetInt64(2), row.GetTimeSpan(3)), session.ClockOffset);
}
