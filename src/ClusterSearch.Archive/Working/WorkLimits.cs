using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Working;

/// <summary>Whether this machine can take on more: room on the archive's disk, load, open files.</summary>
internal sealed class WorkLimits(ArchiveOptions options, WorkRequest request)
{
    /// <summary>Of a slot at work: pipes of its decoder and of a probe, the footage, a connection, the vector file.</summary>
    private const int FilesOfSlot = 16;

    /// <summary>For what belongs to no slot and comes and goes: index files, reports. Without any left the runtime itself gives up.</summary>
    private const int FilesKept = 48;

    private readonly int? _mostFiles = ReadMostFiles();

    /// <param name="slot">Which wants to begin something, from 0.</param>
    /// <param name="busy">Slots at work.</param>
    /// <returns>Why nothing should be begun now; null when all is well.</returns>
    public Failure? Hindrance(int slot, int busy) => DiskHindrance() ?? LoadHindrance() ?? FilesHindrance(slot, busy);

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

    private Failure? FilesHindrance(int slot, int busy)
    {
        if (_mostFiles is not { } most) return null;
        var allowed = (most - (Directory.GetFiles("/proc/self/fd").Length - FilesOfSlot * busy) - FilesKept) / FilesOfSlot;
        return slot < allowed ? null : new Failure(ErrorCodes.EnvironmentBusy,
            $"this process may open {most} files, enough for {Math.Max(0, allowed)} slots; raise the limit (ulimit -n), or ask for fewer (--slots)");
    }

    /// <returns>The soft limit, which .NET has raised to the hard one; null where there is none or nobody says.</returns>
    private static int? ReadMostFiles()
    {
        // proc(5): "Max open files            1024                 524288               files".
        const string Limits = "/proc/self/limits";
        return File.Exists(Limits) && File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal)) is { } line
            && int.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var most) ? most : null;
    }

    private static long MemoryAvailable()
    {
        if (!File.Exists("/proc/meminfo")) return long.MaxValue;
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line is null ? long.MaxValue
            : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
