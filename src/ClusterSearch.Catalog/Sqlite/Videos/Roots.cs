using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Catalog.Sqlite.Videos;

/// <summary>Named directories. Compared as written: two spellings of one directory are two directories.</summary>
internal static class Roots
{
    public static RootRecord Register(Session session, string name, string directory)
    {
        if (session.First("SELECT name, directory FROM root WHERE directory = $directory", Read, ("$directory", directory)) is { } named) return named;
        session.Execute("""
            INSERT INTO root (name, directory) VALUES ($name, $directory)
            ON CONFLICT (name) DO UPDATE SET directory = excluded.directory
            """, ("$name", name), ("$directory", directory));
        return new RootRecord(name, directory);
    }

    public static List<RootRecord> List(Session session) => session.List("SELECT name, directory FROM root ORDER BY name", Read);

    /// <exception cref="ClusterSearchException">request.invalid.</exception>
    public static void Require(Session session, Place place)
    {
        if (!session.Exists("SELECT 1 FROM root WHERE name = $root", ("$root", place.Root)))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"no root is named '{place.Root}', wanted for {place}; register it first");
    }

    private static RootRecord Read(Row row) => new(row.Text(0), row.Text(1));
}
