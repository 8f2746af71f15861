using ClusterSearch.Core;

namespace ClusterSearch.Pulling;

/// <summary>What can go wrong, each in one line.</summary>
internal static class PullFaults
{
    private const int NoSpaceLeft = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT

    public static ClusterSearchException Refused(string message, Exception? cause = null) => new(ErrorCodes.ModelDownload, message, cause);

    /// <summary>The same pull may succeed later.</summary>
    public static ClusterSearchException Unreachable(string message, Exception? cause = null) =>
        new(ErrorCodes.ModelDownload, $"{message}; what was fetched is kept, the same command goes on from there", cause) { IsTransient = true };

    public static ClusterSearchException Writing(Exception fault, string path) => fault switch
    {
        ClusterSearchException known => known,
        IOException io when (io.HResult & 0xFFFF) is NoSpaceLeft or QuotaExceeded => DiskFull($"{path}: the disk is full", fault),
        _ => Refused($"{path} cannot be written: {fault.Message}; name another folder with --into", fault),
    };

    public static ClusterSearchException DiskFull(string what, Exception? cause = null) =>
        new(ErrorCodes.ModelDiskFull, $"{what}; free some space, or name another folder with --into", cause);
}
