using System.Text.Json;
using ClusterSearch.Testing;

[assembly: AssemblyFixture(typeof(ClusterSearch.Cli.Tests.Clusters.OneProcess))]

namespace ClusterSearch.Cli.Tests.Clusters;

/// <summary>What one process makes of the footage that clusters are given, once a run, and what it finds.</summary>
public sealed class OneProcess : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<Task<(string Archive, int ExitCode, string Digest)>> _ingest;

    public OneProcess() => _ingest = new(MakeAsync);

    /// <summary>The clips where they are, else the samples.</summary>
    internal static string Footage => Directory.Exists(TestAssets.Clip("")) ? TestAssets.Clip("") : TestAssets.Samples;

    public void Dispose() => _directory.Dispose();

    /// <returns>The archive, the exit code of the ingest that made it, and its digest.</returns>
    internal Task<(string Archive, int ExitCode, string Digest)> IngestAsync() => _ingest.Value;

    internal async Task<JsonElement> SearchAsync(string sentence, int top)
    {
        var search = await InThisProcess.RunAsync("search", sentence, "--top", $"{top}", "--archive", (await IngestAsync()).Archive, "--json");
        Assert.True(search.ExitCode == 0, search.Error);
        return search.Json.GetProperty("moments");
    }

    private async Task<(string, int, string)> MakeAsync()
    {
        var archive = _directory.File("alone");
        var ingest = await WholeProgram.RunAsync("ingest", Footage, "--archive", archive);
        Assert.True(ingest.ExitCode is 0 or 1, ingest.Error);
        return (archive, ingest.ExitCode, await InThisProcess.DigestAsync("--archive", archive));
    }
}
