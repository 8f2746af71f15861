using System.Runtime.InteropServices;

namespace ClusterSearch.Index.Segments;

/// <summary>Tells the system how a mapped file is read. Advice: where it cannot be given, nothing is lost but time.</summary>
internal static unsafe partial class FileAdvice
{
    private const int AdviseNormal = 0; // MADV_NORMAL
    private const int AdviseRandom = 1; // MADV_RANDOM on Linux and macOS
    private const int AdviseWillNeed = 3; // MADV_WILLNEED

    /// <summary>From the front to the end.</summary>
    public static void Normal(byte* start, long length) => Advise(start, length, AdviseNormal);

    /// <summary>Rows here and there: what lies around them is not read with them.</summary>
    public static void Random(byte* start, long length) => Advise(start, length, AdviseRandom);

    /// <summary>All of it soon.</summary>
    public static void WillNeed(byte* start, long length) => Advise(start, length, AdviseWillNeed);

    private static void Advise(byte* start, long length, int advice)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) return;
        var page = (nuint)Environment.SystemPageSize;
        // What is to be read begins at its first page; other advice concerns whole pages alone: those at the ends are shared with the neighbours.
        var first = advice == AdviseWillNeed ? (nuint)start / page * page : ((nuint)start + page - 1) / page * page;
        var end = advice == AdviseWillNeed ? (nuint)start + (nuint)length : ((nuint)start + (nuint)length) / page * page;
        if (first < end) _ = MemoryAdvice((void*)first, end - first, advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvice(void* start, nuint length, int advice);
}
