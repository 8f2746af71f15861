using System.Globalization;

namespace ClusterSearch.LoadTests;

/// <summary>Memory of a process and everything below it, read from /proc.</summary>
internal static class ProcessTree
{
    /// <summary>Samples resident memory until cancelled; returns the largest sum seen, in bytes. Pages shared between processes count once each.</summary>
    public static async Task<long> PeakBytesAsync(int rootProcess, CancellationToken cancellation)
    {
        long peak = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            do peak = Math.Max(peak, ResidentBytes(rootProcess));
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // The process has ended.
        }
        return peak;
    }

    /// <summary>Those that still run.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path))
            .Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name, CultureInfo.InvariantCulture))
            .Where(id => ReadFields(id) is { } fields && fields[0] != "Z" && fields[1] == parent.ToString(CultureInfo.InvariantCulture)),
    ];

    private static long ResidentBytes(int rootProcess)
    {
        var parents = new Dictionary<int, int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var id)) continue;
            if (ReadFields(id) is { } fields) parents[id] = int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        long sum = 0;
        foreach (var id in parents.Keys)
            if (IsBelow(id)) sum += ResidentOf(id);
        return sum;

        bool IsBelow(int id)
        {
            for (var depth = 0; depth < 64; depth++)
            {
                if (id == rootProcess) return true;
                if (!parents.TryGetValue(id, out id)) return false;
            }
            return false;
        }
    }

    private static string[]? ReadFields(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long ResidentOf(int id)
    {
        try
        {
            return long.Parse(File.ReadAllText($"/proc/{id}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
