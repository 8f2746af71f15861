using ClusterSearch.Core;

namespace ClusterSearch.Index;

/// <summary>Faults of index files, as one line each.</summary>
internal static class IndexFaults
{
    private const int NoSpaceLeft = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT
    private const int DiskFullOnWindows = 112; // ERROR_DISK_FULL

    public static ClusterSearchException Corrupt(string path, string found, Exception? cause = null) =>
        new(ErrorCodes.ArchiveCorrupt, $"{path}: a whole index file was expected, {found}; run `clustersearch reindex` to make the index again from the vector files", cause);

    public static ClusterSearchException Version(string path, int expected, int found) =>
        new(ErrorCodes.ArchiveVersion, $"{path}: index format {expected} was expected, {found} found; use the release of ClusterSearch that wrote it, or run `clustersearch reindex`");

    public static ClusterSearchException AnotherWriter(string directory) =>
        new(ErrorCodes.ArchiveBusy, $"{directory}: another process has become the writer of this index; nothing was changed, whoever is the writer now can do it again") { IsTransient = true };

    public static ClusterSearchException NoRole(string directory) =>
        new(ErrorCodes.ArchiveBusy, $"{directory}: this process is not the writer of this index now; nothing was changed") { IsTransient = true };

    public static ClusterSearchException Reading(Exception fault, string path) =>
        new(ErrorCodes.ArchiveFileSystem, $"{path}: the index cannot be read ({fault.Message})", fault);

    public static ClusterSearchException Writing(Exception fault, string path) => fault switch
    {
        IOException io when (io.HResult & 0xFFFF) is NoSpaceLeft or QuotaExceeded or DiskFullOnWindows => new ClusterSearchException(ErrorCodes.ArchiveDiskFull,
            $"{path}: the disk is full; free some space and run the same command again, the index is as it was", fault),
        _ => new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"{path}: cannot be written ({fault.Message})", fault),
    };
}
