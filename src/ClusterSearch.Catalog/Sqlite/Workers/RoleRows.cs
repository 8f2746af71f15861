using System.Security.Cryptography;
using ClusterSearch.Catalog.Sqlite.Ledger;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Sqlite.Workers;

/// <summary>Who may act in a role. As with chunks the token decides, and time only says when another may take over.</summary>
internal static class RoleRows
{
    public static RoleLease? TryTake(Session session, string role, string holder, TimeSpan duration)
    {
        var now = session.NowMilliseconds();
        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var epoch = session.First<long?>("""
            INSERT INTO role (name, holder, token, epoch, held_until) VALUES ($role, $holder, $token, 1, $until)
            ON CONFLICT (name) DO UPDATE SET
                holder = excluded.holder, token = excluded.token, epoch = epoch + 1, held_until = excluded.held_until
            WHERE token IS NULL OR held_until <= $now
            RETURNING epoch
            """,
            row => row.Int64(0),
            ("$role", role), ("$holder", holder), ("$token", token), ("$now", now), ("$until", now + Leases.Milliseconds(duration)));
        return epoch is { } taken ? new RoleLease(role, holder, token, taken, duration) : null;
    }

    public static bool Renew(Session session, RoleLease lease, TimeSpan duration) => session.Execute(
        "UPDATE role SET held_until = $until WHERE name = $role AND token = $token",
        ("$role", lease.Role), ("$token", lease.Token), ("$until", session.NowMilliseconds() + Leases.Milliseconds(duration))) > 0;

    public static bool Release(Session session, RoleLease lease) => session.Execute(
        "UPDATE role SET holder = NULL, token = NULL, held_until = NULL WHERE name = $role AND token = $token",
        ("$role", lease.Role), ("$token", lease.Token)) > 0;

    public static bool IsHeld(Session session, RoleLease lease) => session.Exists(
        "SELECT 1 FROM role WHERE name = $role AND token = $token", ("$role", lease.Role), ("$token", lease.Token));

    public static List<RoleRecord> List(Session session)
    {
        var now = session.NowMilliseconds();
        return session.List("SELECT name, holder, epoch, held_until FROM role ORDER BY name", row => new RoleRecord(
            row.Text(0), row.TextOrNull(1), row.Int64(2), row.IsNull(3) ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Max(0, row.Int64(3) - now))));
    }
}
