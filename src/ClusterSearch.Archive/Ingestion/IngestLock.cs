using ClusterSearch.Core;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// One process at a time changes an archive: an operating system's lock on a file, gone with its process however that
/// ends. Whoever holds it knows that no worker of this archive is left alive.
/// </summary>
internal sealed class IngestLock : IDisposable
{
    private readonly FileStream _file;

    private IngestLock(FileStream file) => _file = file;

    /// <exception cref="ClusterSearchException">archive.busy when another process holds it; archive.file_system.</exception>
    public static IngestLock Take(ArchiveOptions options)
    {
        try
        {
            Directory.CreateDirectory(options.Directory);
            return new IngestLock(new FileStream(options.IngestLockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException fault) when (File.Exists(options.IngestLockPath))
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveBusy,
                $"{options.Directory}: another process is changing this archive; wait until it is done, or stop it", fault)
            { IsTransient = true };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw DiskFaults.Translate(fault, options.Directory);
        }
    }

    public void Dispose() => _file.Dispose();
}
