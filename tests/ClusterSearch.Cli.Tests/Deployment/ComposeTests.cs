using System.Diagnostics;
using System.Text.RegularExpressions;
using ClusterSearch.Testing;
using YamlDotNet.RepresentationModel;

namespace ClusterSearch.Cli.Tests.Deployment;

/// <summary>deploy/compose.yaml, as far as it can be judged without an engine.</summary>
public sealed partial class ComposeTests
{
    private static readonly YamlMappingNode Compose = YamlFile.Read("compose.yaml").Single();

    public static TheoryData<string> Services() => [.. Compose.Entries("services").Keys];

    [Fact]
    public void It_is_the_set_of_a_cluster() =>
        Assert.Equal(["dashboard", "gateway", "milvus", "postgres", "worker", "worker-gpu"], Compose.Entries("services").Keys.Order());

    [Theory]
    [MemberData(nameof(Services))]
    public void What_a_service_names_is_there(string name)
    {
        var service = Compose.At("services", name);
        Assert.NotEmpty(service.Text("image"));
        foreach (var (other, dependency) in service.Entries("depends_on"))
        {
            Assert.Equal("service_healthy", dependency.Text("condition"));
            Assert.NotNull(Compose.Find("services", other, "healthcheck", "test"));
        }
        foreach (var mount in service.Words("volumes"))
            if (!mount.StartsWith("${", StringComparison.Ordinal) && !mount.StartsWith('.'))
                Assert.Contains(mount.Split(':')[0], Compose.Entries("volumes").Keys);
        if (service.Find("build") is { } build)
        {
            var context = Path.GetFullPath(Path.Combine(YamlFile.Deploy, build.Text("context")));
            Assert.True(File.Exists(Path.Combine(context, build.Text("dockerfile"))), $"{name}: there is no {build.Text("dockerfile")}");
        }
        foreach (var port in service.Words("ports")) Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void The_program_understands_its_commands_and_reads_its_variables(string name)
    {
        var service = Compose.At("services", name);
        if (!service.Text("image").StartsWith("clustersearch", StringComparison.Ordinal)) return;
        var command = service.Words("command");
        CommandLines.Understood(command);
        foreach (var variable in service.Entries("environment").Keys) CommandLines.Read(variable);
        // Roots and the archive lie where volumes are mounted.
        foreach (var root in command.Where((_, i) => i > 0 && command[i - 1] == "--root"))
            Assert.Contains(service.Words("volumes"), mount => Variable().Replace(mount, "x").Split(':')[1] == root.Split('=')[1]);
    }

    [Fact]
    public void Workers_on_graphics_processors_reserve_one_and_compute_with_it()
    {
        var worker = Compose.At("services", "worker-gpu");
        Assert.Contains("cuda", worker.Words("command"));
        var device = Assert.Single(worker.Items("deploy", "resources", "reservations", "devices"));
        Assert.Equal(("nvidia", "1"), (device.Text("driver"), device.Text("count")));
        Assert.Contains("gpu", device.Words("capabilities"));
        Assert.EndsWith("Dockerfile.cuda", worker.Text("build", "dockerfile"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compose_itself_takes_it()
    {
        var version = await RunAsync("version");
        Assert.SkipWhen(version is null or { ExitCode: not 0 }, "needs docker with its compose plugin");
        var config = await RunAsync("--profile", "gpu", "--profile", "telemetry", "--profile", "milvus", "config", "--quiet");
        Assert.True(config!.ExitCode == 0, config.Error);
    }

    private static async Task<ProgramOutcome?> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", ["compose", "-f", Path.Combine(YamlFile.Deploy, "compose.yaml"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (start.Environment["POSTGRES_PASSWORD"], start.Environment["FOOTAGE"]) = ("secret", TestAssets.Samples);
        try
        {
            using var process = Process.Start(start)!;
            return await WholeProgram.FinishAsync(process);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\$\{[^}]*\}", RegexOptions.None)]
    private static partial Regex Variable();
}
