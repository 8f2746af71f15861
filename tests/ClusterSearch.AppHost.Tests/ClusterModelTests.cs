using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ClusterSearch.Testing;
using Microsoft.Extensions.Configuration;

namespace ClusterSearch.AppHost.Tests;

/// <summary>The application model as Aspire holds it, looked at without starting anything.</summary>
public sealed class ClusterModelTests
{
    [Fact]
    public void It_holds_servers_silos_of_both_kinds_and_the_gateway()
    {
        var builder = Model(("CpuSilos", "2"), ("GpuSilos", "1"));
        Assert.Equal(["catalogue", "gateway", "milvus", "postgres", "postgres-password", "silo-cpu-0", "silo-cpu-1", "silo-gpu-0"],
            // Aspire adds a helper to each project.
            builder.Resources.Select(resource => resource.Name).Where(name => !name.EndsWith("-rebuilder", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.IsType<PostgresServerResource>(One(builder, "postgres"), exactMatch: false);
        var image = One(builder, "milvus").Annotations.OfType<ContainerImageAnnotation>().Single();
        Assert.Equal("milvusdb/milvus", image.Image);
        Assert.DoesNotContain(Model(("Milvus", "false")).Resources, resource => resource.Name == "milvus");
    }

    [Fact]
    public async Task Each_member_is_started_as_its_program_understands()
    {
        var help = await SiloProgram.HelpAsync();
        var builder = Model(("CpuSilos", "1"), ("GpuSilos", "2"));
        foreach (var member in builder.Resources.OfType<ProjectResource>())
        {
            var arguments = await ArgumentsAsync(member);
            Assert.All(arguments.Where(argument => argument.StartsWith("--", StringComparison.Ordinal)), option => Assert.Contains(option, help));
            Assert.Equal(member.Name == "gateway" ? "gateway" : "silo", After(arguments, "--role"));
            Assert.Equal("localhost", After(arguments, "--clustering"));
        }
        var processors = await Task.WhenAll(builder.Resources.OfType<ProjectResource>().Where(member => member.Name.StartsWith("silo-gpu", StringComparison.Ordinal)).Select(ArgumentsAsync));
        Assert.Equal(["0", "1"], processors.Select(arguments => After(arguments, "--device")).Order());
        Assert.All(processors, arguments => Assert.Equal("cuda", After(arguments, "--provider")));
        Assert.Equal("always", After(await ArgumentsAsync((ProjectResource)One(builder, "silo-cpu-0")), "--embed"));
    }

    [Fact]
    public async Task No_two_members_want_one_port_and_the_gateway_asks_the_first_silo()
    {
        var builder = Model(("CpuSilos", "3"), ("GpuSilos", "2"));
        var ports = new List<string>();
        foreach (var member in builder.Resources.OfType<ProjectResource>().Where(member => member.Name != "gateway"))
        {
            var arguments = await ArgumentsAsync(member);
            ports.AddRange([After(arguments, "--silo-port"), After(arguments, "--gateway-port"), new Uri(After(arguments, "--health")).Port.ToString()]);
        }
        ports.Add(new Uri(After(await ArgumentsAsync((ProjectResource)One(builder, "gateway")), "--urls")).Port.ToString());
        Assert.Equal(ports.Count, ports.Distinct().Count());
        var first = await ArgumentsAsync((ProjectResource)One(builder, "silo-cpu-0"));
        Assert.Equal(After(first, "--gateway-port"), After(await ArgumentsAsync((ProjectResource)One(builder, "gateway")), "--gateway-port"));
        Assert.Equal(After(first, "--silo-port"), After(first, "--primary-port"));
    }

    [Fact]
    public void A_server_that_runs_already_needs_no_container()
    {
        var builder = Model(("Catalog", "Host=db;Database=footage"), ("Milvus", "false"), ("CpuSilos", "1"));
        Assert.DoesNotContain(builder.Resources, resource => resource is ContainerResource);
        Assert.DoesNotContain(One(builder, "gateway").Annotations.OfType<WaitAnnotation>(), wait => wait.Resource.Name == "catalogue");
    }

    [Fact]
    public void Members_wait_for_what_they_need()
    {
        var builder = Model(("CpuSilos", "1"));
        Assert.Equal(["catalogue", "milvus", "silo-cpu-0"], Awaited("gateway"));
        Assert.Equal(["catalogue", "milvus"], Awaited("silo-cpu-0"));

        IEnumerable<string> Awaited(string name) => One(builder, name).Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource.Name)
            .Where(awaited => awaited != "postgres").Distinct().Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Nonsense_is_refused_with_all_that_is_wrong_with_it()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => Model(("CpuSilos", "0"), ("GpuSilos", "0"), ("GatewayPort", "70000"), ("Footage", "/nowhere/at/all")));
        Assert.Contains("expected 1 to 16 together, found 0 and 0", fault.Message, StringComparison.Ordinal);
        Assert.Contains("70000", fault.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/at/all", fault.Message, StringComparison.Ordinal);
    }

    private static IDistributedApplicationBuilder Model(params (string Name, string Value)[] values)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        builder.Configuration.AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"Cluster:{value.Name}", (string?)value.Value)));
        builder.Configuration["Parameters:postgres-password"] = "secret";
        ClusterModel.AddTo(builder, ClusterSettings.Read(builder.Configuration, TestAssets.Repository));
        return builder;
    }

    private static IResource One(IDistributedApplicationBuilder builder, string name) => builder.Resources.Single(resource => resource.Name == name);

    private static async Task<IReadOnlyList<string>> ArgumentsAsync(ProjectResource member)
    {
        var arguments = new List<object>();
        foreach (var annotation in member.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(new CommandLineArgsCallbackContext(arguments, member));
        return [.. arguments.Select(argument => argument.ToString()!)];
    }

    private static string After(IReadOnlyList<string> arguments, string option)
    {
        var at = arguments.ToList().IndexOf(option);
        Assert.True(at >= 0, $"{option} is not in {string.Join(' ', arguments)}");
        return arguments[at + 1];
    }
}
