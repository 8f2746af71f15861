using ClusterSearch.Core;

namespace ClusterSearch.Archive;

/// <summary>Turns faults of writing into one clear line.</summary>
internal static class DiskFaults
{
    private const int NoSpaceLeft = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT

    public static ClusterSearchException Translate(Exception fault, string path) => fault switch
    {
        ClusterSearchException known => known,
        IOException io when (io.HResult & 0xFFFF) is NoSpaceLeft or QuotaExceeded => new ClusterSearchException(ErrorCodes.ArchiveDiskFull,
            $"{path}: the disk is full; free some space and run the same command again, finished work is kept", fault),
        UnauthorizedAccessException => new ClusterSearchException(ErrorCodes.ArchiveFileSystem,
            $"{path}: may not be written; give this user write access or use another --archive", fault),
        _ => new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"{path}: {fault.Message}", fault),
    };
}
