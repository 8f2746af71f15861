using System.Diagnostics;
using System.Globalization;

namespace ClusterSearch.LoadTests;

/// <summary>The built clustersearch.dll, run as processes of its own.</summary>
internal sealed class ProgramUnderTest(string assembly)
{
    /// <summary>What it says is read and dropped.</summary>
    public Process Start(params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <returns>Its standard output.</returns>
    public async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }

    /// <param name="process">Null: nothing happens; so for one that is gone.</param>
    /// <param name="signal">Such as "KILL".</param>
    public static async Task SignalAsync(int? process, string signal)
    {
        if (process is not { } id) return;
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", id.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
        await kill.WaitForExitAsync();
    }

    /// <summary>Asks it to stop and waits for that.</summary>
    public static async Task EndAsync(Process? process)
    {
        if (process is null) return;
        if (!process.HasExited) await SignalAsync(process.Id, "TERM");
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
