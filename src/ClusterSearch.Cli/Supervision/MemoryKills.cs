using System.Globalization;

namespace ClusterSearch.Cli.Supervision;

/// <summary>How often the system killed a process for want of memory: in this process's control groups, and on the machine.</summary>
internal static class MemoryKills
{
    private const string Groups = "/sys/fs/cgroup";
    private const string Machine = "/proc/vmstat";

    /// <returns>A count that only grows; 0 where nothing says so.</returns>
    public static long Count() => Files().Sum(CountIn);

    /// <summary>Lines "oom_kill N" of these files, each of another extent.</summary>
    internal static long CountIn(string path)
    {
        try
        {
            return File.ReadLines(path).Where(line => line.StartsWith("oom_kill ", StringComparison.Ordinal))
                .Sum(line => long.TryParse(line["oom_kill ".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static IEnumerable<string> Files()
    {
        yield return Machine;
        yield return Path.Combine(Groups, "memory.events");
        yield return Path.Combine(Groups, "memory", "memory.oom_control");
        if (!File.Exists("/proc/self/cgroup")) yield break;
        foreach (var line in File.ReadLines("/proc/self/cgroup"))
        {
            var parts = line.Split(':', 3);
            if (parts.Length < 3 || parts[2] is "" or "/") continue;
            if (parts[1].Length == 0) yield return Path.Join(Groups, parts[2], "memory.events");
            else if (parts[1] == "memory") yield return Path.Join(Groups, "memory", parts[2], "memory.oom_control");
        }
    }
}
