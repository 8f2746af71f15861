namespace ClusterSearch.Core;

/// <summary>Tells a full disk from other faults of writing: it is the user's to mend, and the same command then goes on.</summary>
public static class FullDisk
{
    private const int NoSpaceLeft = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT
    private const int DiskFullOnWindows = 112; // ERROR_DISK_FULL

    public static bool IsCauseOf(Exception fault) => fault is IOException
        && (OperatingSystem.IsWindows() ? (fault.HResult & 0xFFFF) == DiskFullOnWindows : (fault.HResult & 0xFFFF) is NoSpaceLeft or QuotaExceeded);
}
