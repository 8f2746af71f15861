using ClusterSearch.Cli.Presentation;
using ClusterSearch.Core;

namespace ClusterSearch.Cli.Commands;

/// <summary>The archive directory and the disk below it.</summary>
internal static class ArchiveChecks
{
    /// <summary>Below this an ingest of an hour or two may already fill the disk.</summary>
    private const long LowSpaceBytes = 1L << 30;

    /// <summary>Below this not even a catalogue and one chunk can be trusted to fit.</summary>
    private const long NoSpaceBytes = 50L << 20;

    /// <summary>Names that .NET gives network file systems, where SQLite's locks cannot be trusted.</summary>
    private static readonly string[] NetworkFormats = ["nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "sshfs", "fuse.sshfs", "9p", "v9fs", "afs", "ceph", "glusterfs", "lustre"];

    public static async Task<Finding> ArchiveAsync(IArchiveOpener archives, ArchiveAddress address, CancellationToken cancellation)
    {
        var directory = address.Directory;
        try
        {
            await using var archive = await archives.OpenAsync(address, OpenMode.Read, cancellation);
            var status = await archive.Ingestion.StatusAsync(cancellation);
            return new("archive", FindingState.Ok, $"{directory}: {Wording.Count(status.Ledger.Videos, "video")}, {Wording.Count(status.Ledger.Samples, "sample")}");
        }
        catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveNotFound)
        {
            return new("archive", FindingState.Ok, $"{directory}: none yet; the first ingest makes it");
        }
        catch (ClusterSearchException fault)
        {
            return new("archive", FindingState.Missing, $"{fault.Message} ({fault.Code})", "give another one by --archive DIR, or mend what the line says");
        }
    }

    public static Finding FileSystem(string directory)
    {
        var (drive, existing) = DriveOf(directory);
        return drive is null
            ? new("file system", FindingState.Warning, $"{existing}: its kind is not known here")
            : Array.Exists(NetworkFormats, f => f.Equals(drive.DriveFormat, StringComparison.OrdinalIgnoreCase)) || drive.DriveType == DriveType.Network
                ? new("file system", FindingState.Missing, $"{existing} lies on {drive.DriveFormat}, a network file system", "put the archive on a local disk; the footage may stay where it is")
                : new("file system", FindingState.Ok, $"{drive.DriveFormat}, local");
    }

    public static Finding DiskSpace(string directory)
    {
        var (drive, existing) = DriveOf(directory);
        if (drive is null) return new("disk space", FindingState.Warning, $"{existing}: free space is not known here");
        var free = drive.AvailableFreeSpace;
        var found = Wording.Format($"{free / (double)(1L << 30):#,0.0} GiB free");
        return free < NoSpaceBytes ? new("disk space", FindingState.Missing, found, $"free some space on the disk of {existing}")
            : free < LowSpaceBytes ? new("disk space", FindingState.Warning, found, "an hour of footage at one sample a second and 512 dimensions takes 7.4 MB of vectors, and as much again in the index")
            : new("disk space", FindingState.Ok, found);
    }

    public static Finding WritePermission(string directory)
    {
        var existing = ExistingAncestor(directory);
        var probe = Path.Combine(existing, $".clustersearch-doctor-{Environment.ProcessId}");
        try
        {
            using (File.Create(probe, 1, FileOptions.DeleteOnClose)) { }
            return new("write", FindingState.Ok, $"{existing} can be written");
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            return new("write", FindingState.Missing, $"{existing}: {fault.Message}", "give yourself the right to write there, or another place by --archive DIR");
        }
    }

    private static (DriveInfo? Drive, string Existing) DriveOf(string directory)
    {
        var existing = ExistingAncestor(directory);
        try
        {
            var drive = new DriveInfo(existing);
            _ = drive.DriveFormat;
            return (drive, existing);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, existing);
        }
    }

    /// <summary>The directory itself, or the nearest one above that is there.</summary>
    private static string ExistingAncestor(string directory)
    {
        var ancestor = directory;
        while (!Directory.Exists(ancestor) && Path.GetDirectoryName(ancestor) is { } parent) ancestor = parent;
        return ancestor;
    }
}
