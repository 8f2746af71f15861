using ClusterSearch.Core;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Probing;

/// <summary>Whether a path names a plain, readable file with something in it; asked before ffmpeg sees it.</summary>
internal static class FileCheck
{
    private const int Follow = 0;
    private const uint TypeAndSize = 0x1 | 0x200; // STATX_TYPE | STATX_SIZE
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Directory = 0x4000;

    /// <returns>Its size in bytes.</returns>
    /// <exception cref="ClusterSearchException">not_found, unreadable or empty.</exception>
    public static long Length(string path)
    {
        if (!Path.IsPathFullyQualified(path)) throw new ArgumentException($"paths are absolute, found '{path}'", nameof(path));
        if (OperatingSystem.IsLinux()) RefuseOtherThanFiles(path);
        try
        {
            // Opened and not only looked at: permission is known by using it.
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(handle);
            if (length == 0) throw new ClusterSearchException(ErrorCodes.FootageEmpty, $"{path}: expected footage, the file is empty (0 bytes)");
            return length;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NotFound(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.FootageUnreadable, $"{path}: the file cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Whether the file begins with half a kilobyte of nothing but ASCII text.</summary>
    public static bool IsText(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> beginning = stackalloc byte[512];
        foreach (var character in beginning[..RandomAccess.Read(handle, beginning, 0)])
            if (character is < 0x20 and not ((byte)'\t' or (byte)'\r' or (byte)'\n') or > 0x7e) return false;
        return true;
    }

    private static unsafe void RefuseOtherThanFiles(string path)
    {
        var status = stackalloc byte[Posix.OpaqueBytes];
        if (Posix.Status(Posix.CurrentDirectory, path, Follow, TypeAndSize, status) != 0)
        {
            var error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
            if (error == Posix.AccessDenied)
                throw new ClusterSearchException(ErrorCodes.FootageUnreadable, $"{path}: a directory on the way to it may not be entered");
            throw NotFound(path);
        }
        var type = *(ushort*)(status + ModeOffset) & TypeMask;
        if (type == RegularFile) return;
        throw new ClusterSearchException(ErrorCodes.FootageNotVideo,
            $"{path}: expected a file, found a {(type == Directory ? "directory" : "pipe, socket or device")}");
    }

    private static ClusterSearchException NotFound(string path) =>
        new(ErrorCodes.FootageNotFound, $"{path}: there is no such file; was it moved, or is its disk not mounted?");
}
