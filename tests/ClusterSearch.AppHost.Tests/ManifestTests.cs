using System.Diagnostics;
using System.Text.Json;
using ClusterSearch.Testing;

namespace ClusterSearch.AppHost.Tests;

/// <summary>The real AppHost, asked for its manifest: what a deployment would be made from.</summary>
public sealed class ManifestTests
{
    [Fact]
    public async Task The_manifest_names_every_resource_and_hands_each_member_its_catalogue_and_its_vectors()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("manifest.json");
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "ClusterSearch.AppHost.dll"), "--publisher", "manifest", "--output-path", path, "--Cluster:CpuSilos", "1", "--Cluster:GpuSilos", "1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 && File.Exists(path), $"{await output}\n{await error}");

        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        var resources = manifest.RootElement.GetProperty("resources");
        Assert.Equal(["catalogue", "gateway", "milvus", "postgres", "postgres-password", "silo-cpu-0", "silo-gpu-0"],
            resources.EnumerateObject().Select(resource => resource.Name).Order(StringComparer.Ordinal));
        foreach (var name in new[] { "silo-cpu-0", "silo-gpu-0", "gateway" })
        {
            var member = resources.GetProperty(name);
            Assert.EndsWith("ClusterSearch.Silo.csproj", member.GetProperty("path").GetString(), StringComparison.Ordinal);
            var variables = member.GetProperty("env");
            Assert.Contains("{catalogue.connectionString}", variables.GetProperty("CLUSTERSEARCH_CATALOG").GetString(), StringComparison.Ordinal);
            Assert.StartsWith("milvus:", variables.GetProperty("CLUSTERSEARCH_VECTORS").GetString(), StringComparison.Ordinal);
        }
        Assert.Equal("run", resources.GetProperty("milvus").GetProperty("args")[1].GetString());
    }
}
