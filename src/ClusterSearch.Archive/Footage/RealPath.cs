namespace ClusterSearch.Archive.Footage;

/// <summary>Where a path really leads.</summary>
public static class RealPath
{
    private const int MaximumLinks = 40;

    /// <summary>The absolute path with every link in it followed, that of a part that is not there as it stands; null when links go in circles.</summary>
    public static string? Of(string path)
    {
        var followed = 0;
        var rest = new Stack<string>(Parts(Path.GetFullPath(path)).Reverse());
        var real = Path.GetPathRoot(Path.GetFullPath(path))!;
        while (rest.TryPop(out var part))
        {
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }
            if (++followed > MaximumLinks) return null;
            var full = Path.GetFullPath(target, real);
            real = Path.GetPathRoot(full)!;
            foreach (var inner in Parts(full).Reverse()) rest.Push(inner);
        }
        return real;
    }

    /// <summary>Whether a path, links followed, is a directory or lies below it.</summary>
    public static bool IsWithin(string path, string directory) =>
        Of(path) is { } real && Of(directory) is { } top
        && (real == top || real.StartsWith(Path.EndsInDirectorySeparator(top) ? top : top + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    private static string[] Parts(string full) => full[Path.GetPathRoot(full)!.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
}
