using System.Runtime.InteropServices;

namespace ClusterSearch.Archive.Vectors;

/// <summary>
/// A second name for a file that is never written again: a hard link, which takes no space, or a copy where the file system
/// makes none (another disk, a share).
/// </summary>
internal static partial class SharedFile
{
    /// <summary>Makes the target whole or not at all. One that is there with the same size is left.</summary>
    /// <param name="source">A file that is never written again.</param>
    /// <param name="target">Where it shall be, too.</param>
    /// <param name="mayLink">False makes bytes of its own.</param>
    /// <returns>Bytes that were copied.</returns>
    /// <exception cref="FileNotFoundException">There is no such source.</exception>
    /// <exception cref="Core.ClusterSearchException">archive.disk_full, archive.file_system.</exception>
    public static long Place(string source, string target, bool mayLink = true)
    {
        try
        {
            var size = new FileInfo(source).Length;
            if (new FileInfo(target) is { Exists: true } known && known.Length == size) return 0;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Delete(target);
            if (mayLink && !OperatingSystem.IsWindows() && Link(source, target) == 0) return 0;
            var temporary = target + ".tmp";
            using (var from = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            using (var to = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                from.CopyTo(to);
                to.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
            return size;
        }
        catch (Exception fault) when (fault is (IOException or UnauthorizedAccessException) and not FileNotFoundException)
        {
            throw DiskFaults.Translate(fault, target);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string added);
}
