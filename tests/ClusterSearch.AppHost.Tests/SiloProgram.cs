using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ClusterSearch.AppHost.Tests;

/// <summary>The silo's program as it was built beside these tests.</summary>
internal static partial class SiloProgram
{
    /// <returns>Every option that its help names.</returns>
    public static async Task<IReadOnlySet<string>> HelpAsync()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "clustersearch-silo.dll"), "--help"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return Option().Matches(await output).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
    }

    [GeneratedRegex("--[a-z0-9-]+", RegexOptions.ExplicitCapture)]
    private static partial Regex Option();
}
