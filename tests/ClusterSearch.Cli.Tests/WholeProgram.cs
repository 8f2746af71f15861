using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

/// <summary>Runs the built program as a process of its own.</summary>
internal static class WholeProgram
{
    public static async Task<ProgramOutcome> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        return await FinishAsync(process);
    }

    public static Process Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    public static Process Start(IReadOnlyDictionary<string, string> variables, params string[] arguments) => Start(variables, null, arguments);

    /// <param name="mostOpenFiles">Null: as many as this process.</param>
    public static Process Start(IReadOnlyDictionary<string, string> variables, int? mostOpenFiles, string[] arguments)
    {
        var start = new ProcessStartInfo(mostOpenFiles is null ? "dotnet" : "sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (mostOpenFiles is { } limit)
            foreach (var word in new[] { "-c", $"ulimit -n {limit}; exec \"$@\"", "sh", "dotnet" }) start.ArgumentList.Add(word);
        start.ArgumentList.Add(ProgramPath.ClusterSearch);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var variable in start.Environment.Keys.Where(name => name.StartsWith("CLUSTERSEARCH_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(variable);
        start.Environment["CLUSTERSEARCH_MODELS"] = Path.Combine(TestAssets.Repository, "models");
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<ProgramOutcome> FinishAsync(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ProgramOutcome(process.ExitCode, await output, await error);
    }

    public static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}

internal sealed record ProgramOutcome(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement.Clone();
}
