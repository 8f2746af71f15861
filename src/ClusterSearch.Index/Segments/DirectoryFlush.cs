using System.Runtime.InteropServices;

namespace ClusterSearch.Index.Segments;

/// <summary>Makes a rename in a directory last through a loss of power; the runtime has no call for it.</summary>
internal static partial class DirectoryFlush
{
    private const int ReadOnly = 0;

    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0) return;
        // A file system that cannot flush a directory orders its renames itself.
        _ = Synchronize(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
