using System.Runtime.InteropServices;

namespace ClusterSearch.Index.Segments;

/// <summary>Makes a rename in a directory last through a loss of power; the runtime has no call for it.</summary>
internal static partial class DirectoryFlush
{
    private const int ReadOnly = 0;
    private const int InvalidArgument = 22; // EINVAL

    /// <summary>Makes a directory whose name lasts.</summary>
    public static void Create(string directory)
    {
        if (Directory.Exists(directory)) return;
        try
        {
            Directory.CreateDirectory(directory);
            if (Path.GetDirectoryName(directory) is { } parent) Flush(parent);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw IndexFaults.Writing(fault, directory);
        }
    }

    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0) throw Fault(directory);
        try
        {
            // A file system that cannot flush a directory orders its renames itself.
            if (Synchronize(descriptor) != 0 && Marshal.GetLastPInvokeError() is not InvalidArgument) throw Fault(directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Fault(string directory)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{directory}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
