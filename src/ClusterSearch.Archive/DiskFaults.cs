using ClusterSearch.Core;

namespace ClusterSearch.Archive;

/// <summary>Turns faults of writing into one clear line.</summary>
internal static class DiskFaults
{
    public static ClusterSearchException Translate(Exception fault, string path) => fault switch
    {
        ClusterSearchException known => known,
        _ when FullDisk.IsCauseOf(fault) => new ClusterSearchException(ErrorCodes.ArchiveDiskFull,
            $"{path}: the disk is full; free some space and run the same command again, finished work is kept", fault),
        UnauthorizedAccessException => new ClusterSearchException(ErrorCodes.ArchiveFileSystem,
            $"{path}: may not be written; give this user write access or use another --archive", fault),
        _ => new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"{path}: {fault.Message}", fault),
    };
}
