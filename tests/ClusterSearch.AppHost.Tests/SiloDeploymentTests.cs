using ClusterSearch.Testing;

namespace ClusterSearch.AppHost.Tests;

/// <summary>What manifests say to the silo's program, asked of that program; all else about them is judged beside the command line's tests.</summary>
public sealed class SiloDeploymentTests
{
    [Fact]
    public async Task Silos_and_their_gateway_are_started_as_the_program_understands()
    {
        var help = await SiloProgram.HelpAsync();
        var containers = YamlFile.Kustomized("silos").SelectMany(one => one.Items("spec", "template", "spec", "containers"))
            .Where(container => container.Words("command") is ["/silo/clustersearch-silo"]).ToList();
        Assert.Equal(3, containers.Count);
        foreach (var arguments in containers.Select(container => container.Words("args")))
        {
            Assert.All(arguments.Where(argument => argument.StartsWith("--", StringComparison.Ordinal)), option => Assert.Contains(option, help));
            Assert.Contains(arguments[arguments.ToList().IndexOf("--role") + 1], (string[])["silo", "gateway"]);
        }
    }
}
