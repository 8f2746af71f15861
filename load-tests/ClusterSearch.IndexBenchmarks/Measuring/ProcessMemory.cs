using System.Globalization;

namespace ClusterSearch.IndexBenchmarks.Measuring;

/// <summary>This process's memory, MiB, from /proc/self/status.</summary>
/// <param name="Own">Resident and not backed by files: what the page cache could not take back.</param>
/// <param name="Mapped">Resident pages of mapped files: the page cache's.</param>
internal sealed record ProcessMemory(double Own, double Mapped)
{
    public static ProcessMemory Now()
    {
        var lines = File.ReadAllLines("/proc/self/status");
        return new ProcessMemory(Of("RssAnon:") + Of("RssShmem:"), Of("RssFile:"));

        double Of(string name) => long.Parse(
            Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal))!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
    }
}
