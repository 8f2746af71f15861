using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Working;

/// <summary>Whether this machine can take on more: room on the archive's disk, and load.</summary>
internal sealed class WorkLimits(ArchiveOptions options, WorkRequest request)
{
    /// <returns>Why nothing should be begun now; null when all is well.</returns>
    public Failure? Hindrance() => DiskHindrance() ?? LoadHindrance();

    /// <summary>Memory that is free for one more slot, judged by what each takes now, its ffmpeg included.</summary>
    /// <param name="slots">That the process has been working with.</param>
    public static bool HasMemoryFor(int slots)
    {
        var mine = ProcessMemory.Taken();
        var information = GC.GetGCMemoryInfo();
        var free = Math.Min(MemoryAvailable(), information.TotalAvailableMemoryBytes - mine);
        return free > mine / Math.Max(1, slots) * 2;
    }

    private Failure? DiskHindrance()
    {
        try
        {
            var free = new DriveInfo(options.Directory).AvailableFreeSpace;
            return free >= request.MinimumFreeBytes ? null : new Failure(ErrorCodes.ArchiveDiskFull, string.Create(CultureInfo.InvariantCulture,
                $"{options.Directory}: {free >> 20:#,0} MiB free, {request.MinimumFreeBytes >> 20:#,0} MiB are kept free (--min-free); free some space, work goes on by itself"));
        }
        catch (IOException fault)
        {
            return new Failure(ErrorCodes.ArchiveFileSystem, $"{options.Directory}: {fault.Message}");
        }
    }

    private Failure? LoadHindrance()
    {
        if (request.MaximumLoad is not { } maximum || !File.Exists("/proc/loadavg")) return null;
        var load = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) / Environment.ProcessorCount;
        return load <= maximum ? null : new Failure(ErrorCodes.EnvironmentBusy, string.Create(CultureInfo.InvariantCulture,
            $"load {load:0.0} a core, {maximum:0.##} is the most (--max-load)"));
    }

    private static long MemoryAvailable()
    {
        if (!File.Exists("/proc/meminfo")) return long.MaxValue;
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line is null ? long.MaxValue
            : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
