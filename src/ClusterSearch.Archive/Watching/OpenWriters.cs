using System.Globalization;

namespace ClusterSearch.Archive.Watching;

/// <summary>
/// Which files somebody on this machine holds open for writing, as far as /proc tells: other users' processes may hide
/// theirs, and a writer on another host is not seen.
/// </summary>
internal static class OpenWriters
{
    private const int AccessMode = 3; // O_ACCMODE

    /// <param name="paths">Absolute, without links.</param>
    /// <returns>Those that are being written.</returns>
    public static IReadOnlySet<string> Among(IReadOnlySet<string> paths)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        if (paths.Count == 0 || !OperatingSystem.IsLinux()) return written;
        foreach (var process in Quietly(() => Directory.GetDirectories("/proc")))
        {
            if (!int.TryParse(Path.GetFileName(process.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == Environment.ProcessId) continue;
            foreach (var descriptor in Quietly(() => Directory.GetFileSystemEntries(process + "/fd")))
            {
                if (TryReadLink(descriptor) is { } target && paths.Contains(target) && IsForWriting(process, Path.GetFileName(descriptor))) written.Add(target);
            }
        }
        return written;
    }

    private static bool IsForWriting(string process, string descriptor)
    {
        try
        {
            // "flags:\t0100001": octal, as open(2) was called.
            var flags = File.ReadLines($"{process}/fdinfo/{descriptor}").FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return flags is not null && (Convert.ToInt64(flags["flags:".Length..].Trim(), 8) & AccessMode) != 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            return false;
        }
    }

    private static string? TryReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] Quietly(Func<string[]> list)
    {
        try
        {
            return list();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Ended, or another user's.
            return [];
        }
    }
}
