using System.Globalization;

namespace ClusterSearch.Archive.Working;

/// <summary>Memory of this process and of what it started: decoders take as much as the process itself.</summary>
internal static class ProcessMemory
{
    /// <returns>Resident bytes; those of this process alone where the system does not tell of children.</returns>
    public static long Taken() => Environment.WorkingSet + Children().Sum(ResidentBytes);

    private static IEnumerable<string> Children()
    {
        // proc(5): each thread's own children, by number.
        const string Threads = "/proc/self/task";
        return Directory.Exists(Threads) ? Directory.EnumerateDirectories(Threads).SelectMany(thread => Read(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)) : [];
    }

    private static long ResidentBytes(string child) =>
        // "size resident shared …" in pages.
        Read($"/proc/{child}/statm").Split(' ') is [_, var pages, ..] && long.TryParse(pages, CultureInfo.InvariantCulture, out var count) ? count * Environment.SystemPageSize : 0;

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return "";
        }
    }
}
