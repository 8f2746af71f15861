using System.Diagnostics;
using System.Text.Json;
using ClusterSearch.IndexBenchmarks.Measuring;
using ClusterSearch.IndexBenchmarks.Reporting;

namespace ClusterSearch.IndexBenchmarks;

/// <summary>Runs the phases one after the other, each in a process of its own: what one holds or warms does not count for the next.</summary>
internal static class Phases
{
    public const string Build = "build", Search = "search", Ingest = "ingest";

    public static async Task<BenchmarkResults> RunAllAsync(BenchmarkPlan plan)
    {
        // Refuse here, in the process that a person started.
        if (Directory.Exists(IndexUnderTest.IndexDirectory(plan.Directory)))
            throw new IOException($"{plan.Directory}: a directory without an index was expected; delete it or name another with --directory");
        DiskUse.Require(plan.Directory, plan.RoomBytes);
        var build = await RunAsync<BuildReport>(Build, plan);
        var search = await RunAsync<SearchReport>(Search, plan);
        var ingest = await RunAsync<IngestReport>(Ingest, plan);
        return new BenchmarkResults(plan.Samples, plan.Model.Dimension, plan.Seed, plan.ModelName, MachineFacts.Of(TimeProvider.System), build, search, ingest);
    }

    /// <summary>What phases that ran one by one have left in the directory.</summary>
    public static async Task<BenchmarkResults> ReadAllAsync(BenchmarkPlan plan) => new(
        plan.Samples, plan.Model.Dimension, plan.Seed, plan.ModelName, MachineFacts.Of(TimeProvider.System),
        await ReadAsync<BuildReport>(Build, plan), await ReadAsync<SearchReport>(Search, plan), await ReadAsync<IngestReport>(Ingest, plan));

    /// <summary>One phase in this process, its report in a file of the directory.</summary>
    public static async Task RunAsync(string phase, BenchmarkPlan plan)
    {
        object report = phase switch
        {
            Build => await BuildPhase.RunAsync(plan),
            Search => await SearchPhase.RunAsync(plan),
            _ => await IngestPhase.RunAsync(plan),
        };
        await File.WriteAllTextAsync(ReportPath(phase, plan), JsonSerializer.Serialize(report, BenchmarkResults.Json));
    }

    private static async Task<T> RunAsync<T>(string phase, BenchmarkPlan plan)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [phase, .. plan.ToArguments()]);
        // Large generations of garbage spare the making of footage half of its time, and would spoil the memory of searches.
        if (phase == Build) start.Environment["DOTNET_GCgen0size"] = "0x10000000";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new PhaseFailedException($"the phase '{phase}' ended with {process.ExitCode}; its own lines above say why");
        return await ReadAsync<T>(phase, plan);
    }

    private static async Task<T> ReadAsync<T>(string phase, BenchmarkPlan plan) =>
        JsonSerializer.Deserialize<T>(await File.ReadAllTextAsync(ReportPath(phase, plan)), BenchmarkResults.Json)!;

    private static string ReportPath(string phase, BenchmarkPlan plan) => Path.Combine(plan.Directory, $"{phase}.json");
}

/// <summary>A phase's process failed and has said why.</summary>
internal sealed class PhaseFailedException(string message) : Exception(message);
