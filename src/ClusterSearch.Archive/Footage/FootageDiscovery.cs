using System.Collections.Frozen;
using ClusterSearch.Core;

namespace ClusterSearch.Archive.Footage;

/// <summary>
/// Finds footage: a file that is named is taken whatever it is called; below a directory, files with the extension of a
/// video container are taken in ordinal order, hidden files and folders are passed over, and links are followed once.
/// </summary>
public static class FootageDiscovery
{
    private static readonly FrozenSet<string> Extensions = new[]
    {
        ".3g2", ".3gp", ".asf", ".avi", ".dv", ".f4v", ".flv", ".gxf", ".h264", ".h265", ".hevc", ".ivf", ".m1v", ".m2t", ".m2ts", ".m2v",
        ".m4v", ".mjpeg", ".mkv", ".mov", ".mp4", ".mpe", ".mpeg", ".mpg", ".mts", ".mxf", ".nut", ".ogm", ".ogv", ".qt", ".rm", ".rmvb",
        ".ts", ".vob", ".webm", ".wmv", ".y4m",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <param name="paths">Files and directories.</param>
    /// <param name="failed">Told of every path that is missing and every directory that cannot be read.</param>
    /// <param name="cancellation">Checked between files.</param>
    /// <returns>Absolute paths, each once, with the directory that the user named (null for a file that was named itself).</returns>
    public static IReadOnlyList<DiscoveredFile> Find(
        IReadOnlyList<string> paths, Action<string, ClusterSearchException> failed, CancellationToken cancellation)
    {
        var files = new List<DiscoveredFile>();
        var seenFiles = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var full = Path.GetFullPath(path);
            if (Directory.Exists(full))
            {
                var root = Path.TrimEndingDirectorySeparator(full);
                foreach (var file in Walk(root, new HashSet<string>(StringComparer.Ordinal), failed, cancellation))
                    if (seenFiles.Add(file)) files.Add(new DiscoveredFile(file, root));
            }
            else if (seenFiles.Add(full))
            {
                files.Add(new DiscoveredFile(full, null));
            }
        }
        return files;
    }

    /// <summary>Whether a file below a directory is one that <see cref="Find"/> takes.</summary>
    public static bool IsFootage(string path, string directory) => Extensions.Contains(Path.GetExtension(path))
        && !Path.GetRelativePath(directory, path).Split(Path.DirectorySeparatorChar).Any(part => part.StartsWith('.'));

    private static IEnumerable<string> Walk(
        string directory, HashSet<string> seenDirectories, Action<string, ClusterSearchException> failed, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!seenDirectories.Add(new DirectoryInfo(directory).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? directory)) yield break;
        string[] files, directories;
        try
        {
            files = Directory.GetFiles(directory);
            directories = Directory.GetDirectories(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            failed(directory, new ClusterSearchException(ErrorCodes.FootageUnreadable,
                $"{directory}: the directory cannot be read ({fault.Message})", fault));
            yield break;
        }
        Array.Sort(files, StringComparer.Ordinal);
        Array.Sort(directories, StringComparer.Ordinal);
        foreach (var file in files)
            if (!IsHidden(file) && Extensions.Contains(Path.GetExtension(file))) yield return file;
        foreach (var inner in directories.Where(inner => !IsHidden(inner)))
            foreach (var file in Walk(inner, seenDirectories, failed, cancellation))
                yield return file;
    }

    private static bool IsHidden(string path) => Path.GetFileName(path.AsSpan()).StartsWith('.');
}

/// <param name="Path">Absolute.</param>
/// <param name="NamedDirectory">The directory below which it was found; null for a file that was named itself.</param>
public sealed record DiscoveredFile(string Path, string? NamedDirectory);
