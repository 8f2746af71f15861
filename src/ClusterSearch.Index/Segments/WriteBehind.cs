using System.Runtime.InteropServices;

namespace ClusterSearch.Index.Segments;

/// <summary>
/// Has the disk take what was written of a file while more of it is made, so that its flush at the end has little left to wait for.
/// A hint: where it cannot be given the flush alone does it.
/// </summary>
internal sealed partial class WriteBehind(FileStream file)
{
    private const long PartBytes = 4 << 20;
    private const uint Write = 2; // SYNC_FILE_RANGE_WRITE: begins, and does not wait

    private long _begun;

    /// <summary>Called as often as one likes.</summary>
    public void Begin()
    {
        if (file.Position - _begun < PartBytes || !OperatingSystem.IsLinux()) return;
        // Asking a stream for its handle has it write what it holds back.
        _ = SynchronizeRange((int)file.SafeFileHandle.DangerousGetHandle(), _begun, file.Position - _begun, Write);
        _begun = file.Position;
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SynchronizeRange(int descriptor, long offset, long bytes, uint flags);
}
