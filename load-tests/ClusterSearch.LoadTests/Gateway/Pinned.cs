using System.Diagnostics;
using System.Globalization;

namespace ClusterSearch.LoadTests.Gateway;

/// <summary>A process held to one core, as `taskset` holds it from its first instruction on.</summary>
internal static class Pinned
{
    public static Process Start(int core, string assembly, params string[] arguments)
    {
        var start = new ProcessStartInfo("taskset", ["-c", core.ToString(CultureInfo.InvariantCulture), "dotnet", assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // As the program's own settings have it: the process that searches without HTTP shall have no other.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>Its one line of output.</summary>
    public static async Task<string> LineAsync(Process process)
    {
        var fault = process.StandardError.ReadToEndAsync();
        var line = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? line : throw new InvalidOperationException($"a measured process ended with {process.ExitCode}: {await fault}");
    }
}
