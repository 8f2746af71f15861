using System.Runtime.InteropServices;

namespace ClusterSearch.IndexBenchmarks.Measuring;

/// <summary>Takes files out of the page cache, so that what follows is cold.</summary>
internal static partial class PageCache
{
    private const int DontNeed = 4;

    /// <returns>By which means.</returns>
    public static string Drop(string directory)
    {
        Flush();
        try
        {
            File.WriteAllText("/proc/sys/vm/drop_caches", "3");
            return "/proc/sys/vm/drop_caches";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
            {
                using var file = File.OpenHandle(path);
                // Advice may be declined; what is then still warm shows as fast.
                _ = Advise((int)file.DangerousGetHandle(), 0, 0, DontNeed);
            }
            return "posix_fadvise(POSIX_FADV_DONTNEED) on every file";
        }
    }

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void Flush();

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(int file, long offset, long length, int advice);
}
