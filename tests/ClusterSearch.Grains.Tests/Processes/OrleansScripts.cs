using System.Diagnostics;
using ClusterSearch.Testing;

namespace ClusterSearch.Grains.Tests.Processes;

/// <summary>Orleans' tables in a test's database, made by the script that operators use. CLUSTERSEARCH_ORLEANS_SOURCE names a checkout of Orleans where the script reaches no other host.</summary>
internal static class OrleansScripts
{
    private static readonly string Script = Path.Combine(TestAssets.Repository, "deploy", "orleans-schema.sh");

    /// <returns>Why there are none; null when they are there.</returns>
    public static async Task<string?> TryApplyAsync(string catalog)
    {
        var source = Environment.GetEnvironmentVariable("CLUSTERSEARCH_ORLEANS_SOURCE");
        string[] arguments = source is { Length: > 0 } ? ["--from", source, catalog] : [catalog];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var (exitCode, said) = await RunAsync(Script, arguments, limit.Token);
        return exitCode == 0 ? null : $"needs Orleans' SQL scripts, which are fetched or found in CLUSTERSEARCH_ORLEANS_SOURCE: {said.Trim().Split('\n')[^1]}";
    }

    public static async Task<(int ExitCode, string Said)> RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        try
        {
            var said = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = await process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await said + error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{program} did not end in time");
        }
    }
}
