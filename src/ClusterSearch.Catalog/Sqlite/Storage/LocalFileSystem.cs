using System.Globalization;
using System.Text;
using ClusterSearch.Core;

namespace ClusterSearch.Catalog.Sqlite.Storage;

/// <summary>
/// Refuses network file systems: the write-ahead log's index is memory shared between processes, which such a file
/// system does not share between machines, and its locks are often no locks.
/// </summary>
internal static class LocalFileSystem
{
    // As the kernel names them, with the names that FUSE file systems give themselves after "fuse.". Not listed because
    // one kernel alone sees the files, which is all that is needed: 9p and virtiofs, the roots of sandboxes.
    private static readonly HashSet<string> NetworkTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        "nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "coda", "ceph", "cephfs", "glusterfs", "lustre", "beegfs",
        "gpfs", "pvfs2", "orangefs", "gfs2", "ocfs2", "davfs", "davfs2", "sshfs", "s3fs", "s3ql", "goofys", "geesefs", "gcsfuse",
        "mount-s3", "blobfuse", "blobfuse2", "rclone", "juicefs", "seaweedfs", "moosefs", "mfs", "curlftpfs", "httpfs", "webdavfs", "vmhgfs-fuse",
    };

    /// <exception cref="ClusterSearchException">archive.file_system.</exception>
    public static void Require(string databasePath)
    {
        var type = OperatingSystem.IsLinux() ? LinuxType(databasePath) : OtherType(databasePath);
        if (type is null || !IsNetwork(type)) return;
        throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem,
            $"the catalogue needs a local disk, found a network file system ({type}): {databasePath}; put the archive on a local disk (the footage itself may stay where it is)");
    }

    public static bool IsNetwork(string type) =>
        NetworkTypes.Contains(type.StartsWith("fuse.", StringComparison.Ordinal) ? type["fuse.".Length..] : type);

    /// <summary>The type of the mount that holds a path: the longest mount point above it, the last of those mounted over each other.</summary>
    /// <param name="mountInfo">Lines of /proc/self/mountinfo (man 5 proc_pid_mountinfo).</param>
    /// <param name="realPath">Absolute, without links.</param>
    public static string? TypeOf(IEnumerable<string> mountInfo, string realPath)
    {
        string? type = null;
        var longest = -1;
        foreach (var line in mountInfo)
        {
            // 36 35 98:0 /root /mount/point rw,noatime optional:fields - type source superoptions
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
            if (separator < 0 || separator + 1 >= fields.Length) continue;
            var point = Unescape(fields[4]);
            if (point.Length < longest || !IsBelow(realPath, point)) continue;
            longest = point.Length;
            type = fields[separator + 1];
        }
        return type;
    }

    private static string? LinuxType(string path)
    {
        const string MountInfo = "/proc/self/mountinfo";
        return File.Exists(MountInfo) ? TypeOf(File.ReadLines(MountInfo), RealPath(path)) : null;
    }

    private static string? OtherType(string path)
    {
        var drive = new DriveInfo(Path.GetPathRoot(path) is { Length: > 1 } root ? root : path);
        return drive.DriveType == DriveType.Network ? "nfs" : null;
    }

    /// <summary>The path with every link on the way followed; what does not exist yet is kept as written.</summary>
    private static string RealPath(string path)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (!Path.Exists(real)) continue;
            if (new FileInfo(real).ResolveLinkTarget(returnFinalTarget: true) is { } target) real = RealPath(target.FullName);
        }
        return real;
    }

    private static bool IsBelow(string path, string point) =>
        string.Equals(point, "/", StringComparison.Ordinal)
        || (path.StartsWith(point, StringComparison.Ordinal) && (path.Length == point.Length || path[point.Length] == '/'));

    // Spaces, tabs, line ends and backslashes stand as three octal digits.
    private static string Unescape(string field)
    {
        if (!field.Contains('\\')) return field;
        var text = new StringBuilder(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && int.TryParse(field.AsSpan(i + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var octal))
            {
                text.Append((char)((octal / 100 * 64) + (octal / 10 % 10 * 8) + (octal % 10)));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }
        return text.ToString();
    }
}
