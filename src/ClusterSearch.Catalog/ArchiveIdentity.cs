using ClusterSearch.Core;

namespace ClusterSearch.Catalog;

/// <summary>
/// The archive.id file of an archive directory whose catalogue lies elsewhere: 36 characters, the same that stand in the
/// database. Written before the database is told, once and never again; of several writers at once the first one's stays.
/// </summary>
internal static class ArchiveIdentity
{
    public const string FileName = "archive.id";

    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="ClusterSearchException">archive.corrupt, archive.file_system.</exception>
    public static Guid? Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            var text = File.ReadAllText(path).Trim();
            return Guid.TryParseExact(text, "D", out var id)
                ? id
                : throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt, $"expected an archive's id, found '{text.ReplaceLineEndings(" ")}': {path}; restore the file from a backup");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"the archive's id cannot be read: {path} ({fault.Message})", fault);
        }
    }

    /// <summary>Gives the directory an id if it has none.</summary>
    /// <returns>The one that it has now.</returns>
    public static Guid ReadOrMake(string directory)
    {
        if (Read(directory) is { } known) return known;
        var path = Path.Combine(directory, FileName);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(directory);
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                file.Write(System.Text.Encoding.ASCII.GetBytes($"{Guid.NewGuid():D}\n"));
                file.Flush(flushToDisk: true);
            }
            try
            {
                File.Move(temporary, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process was first.
                File.Delete(temporary);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem,
                $"the archive's id cannot be written: {path} ({fault.Message}); name a directory that this user may write", fault);
        }
        return Read(directory) ?? throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"the archive's id was written and is gone: {path}");
    }
}
