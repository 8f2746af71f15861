using ClusterSearch.Catalog.Sqlite.Storage;

namespace ClusterSearch.Catalog.Sqlite.Workers;

/// <summary>Whether chunks may be claimed.</summary>
internal static class Pause
{
    public static void Set(Session session, bool isPaused) =>
        session.Execute("UPDATE archive SET paused = $paused WHERE paused <> $paused", ("$paused", isPaused));

    public static bool IsSet(Session session) => session.Exists("SELECT 1 FROM archive WHERE paused = 1");
}
