namespace ClusterSearch.Archive.Watching;

/// <summary>
/// Directories that are not what they were: gone, not readable, unmounted, or (a mount point without its file system) suddenly
/// empty. What lay below one is not deleted, only out of reach, until it is back.
/// </summary>
internal sealed class AwayDirectories(IReadOnlyList<string> roots)
{
    private readonly HashSet<string> _away = new(StringComparer.Ordinal);
    private HashSet<string> _mountsSeen = new(StringComparer.Ordinal);

    /// <summary>Looks again.</summary>
    /// <param name="unreadable">Directories below the roots that could not be read in this scan.</param>
    /// <param name="hadFiles">Whether footage is known below a root.</param>
    /// <returns>Directories that went and that came back since the last look.</returns>
    public (IReadOnlyList<string> Gone, IReadOnlyList<string> Back) Update(IEnumerable<string> unreadable, Func<string, bool> hadFiles)
    {
        var mounts = Mounts();
        var now = new HashSet<string>(unreadable, StringComparer.Ordinal);
        foreach (var root in roots)
            if (!Directory.Exists(root) || (IsEmpty(root) && hadFiles(root))) now.Add(root);
        foreach (var mount in _mountsSeen.Where(mount => !mounts.Contains(mount))) now.Add(mount);
        _mountsSeen.UnionWith(mounts);
        var gone = now.Except(_away).ToList();
        var back = _away.Except(now).ToList();
        _away.Clear();
        _away.UnionWith(now);
        return (gone, back);
    }

    public bool Covers(string path)
    {
        foreach (var directory in _away)
            if (path.StartsWith(directory, StringComparison.Ordinal) && path.Length > directory.Length && path[directory.Length] == Path.DirectorySeparatorChar) return true;
        return false;
    }

    private static bool IsEmpty(string directory)
    {
        try
        {
            return !Directory.EnumerateFileSystemEntries(directory).Any();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Mount points at or below the roots, on Linux.</summary>
    private HashSet<string> Mounts()
    {
        var mounts = new HashSet<string>(StringComparer.Ordinal);
        if (!OperatingSystem.IsLinux()) return mounts;
        try
        {
            // proc(5): "36 35 98:0 /mnt1 /mnt2 rw …"; the fifth field, blanks as \040.
            foreach (var line in File.ReadLines("/proc/self/mountinfo"))
            {
                if (line.Split(' ', 6) is not [_, _, _, _, var point, ..]) continue;
                point = point.Replace(@"\040", " ", StringComparison.Ordinal);
                if (roots.Any(root => point == root || point.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))) mounts.Add(point);
            }
        }
        catch (IOException)
        {
            return _mountsSeen;
        }
        return mounts;
    }
}
