using ClusterSearch.Archive.Vectors;
using ClusterSearch.Core;

namespace ClusterSearch.Archive.Backup;

/// <summary>
/// Puts a backup's files where an archive shall be. Opened then, it is an archive of which nothing is indexed yet: reindexing
/// makes it whole, without decoding.
/// <para>Crash: without its catalogue, which comes last, the directory is no archive yet; the same call goes on.</para>
/// </summary>
public static class ArchiveRestore
{
    /// <param name="backupDirectory">Made by <see cref="IIngestion.BackupAsync"/>.</param>
    /// <param name="options">Where the archive shall be: a directory without one.</param>
    /// <param name="mustCopy">Copy vector files even where the file system could share them between backup and archive.</param>
    /// <param name="cancellation">Checked between files.</param>
    /// <exception cref="ClusterSearchException">request.invalid: no backup there, or an archive here; archive.version; archive.disk_full.</exception>
    public static Task PlaceFilesAsync(string backupDirectory, ArchiveOptions options, bool mustCopy, CancellationToken cancellation) => Task.Run(() =>
    {
        var from = options with { Directory = Path.GetFullPath(backupDirectory) };
        BackupFile.Read(from.Directory);
        if (File.Exists(options.CatalogPath))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{options.Directory}: an archive lies there; restore into another directory, or move it away first");
        try
        {
            Directory.CreateDirectory(options.Directory);
            if (Directory.Exists(from.VectorDirectory))
            {
                foreach (var path in Directory.EnumerateFiles(from.VectorDirectory, "*.vec", SearchOption.AllDirectories))
                {
                    cancellation.ThrowIfCancellationRequested();
                    SharedFile.Place(path, Path.Combine(options.VectorDirectory, Path.GetRelativePath(from.VectorDirectory, path)), mayLink: !mustCopy);
                }
            }
            // Never a link: a database is written in place.
            SharedFile.Place(from.CatalogPath, options.CatalogPath, mayLink: false);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DiskFaults.Translate(fault, options.Directory);
        }
    }, cancellation);
}
