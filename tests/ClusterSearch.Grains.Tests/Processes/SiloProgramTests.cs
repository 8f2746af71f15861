using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ClusterSearch.Hosting;
using ClusterSearch.Silo;
using ClusterSearch.Silo.Clustering;
using ClusterSearch.Testing;

namespace ClusterSearch.Grains.Tests.Processes;

/// <summary>What the cluster's host says to whoever starts it.</summary>
public sealed class SiloProgramTests
{
    [Theory]
    [InlineData("--role worker", ExitCodes.Usage, "expected silo or gateway")]
    [InlineData("--address 10.0.0.1", ExitCodes.Usage, "give --tls-certificate")]
    [InlineData("--address 0.0.0.0", ExitCodes.Usage, "give --tls-certificate")]
    [InlineData("--address here", ExitCodes.Usage, "expected an IP address")]
    [InlineData("--tls-key /no/key", ExitCodes.Usage, "go together")]
    [InlineData("--cluster-id a;b", ExitCodes.Usage, "expected up to 64")]
    [InlineData("--silo-port 70000", ExitCodes.Usage, "from 1 to 65535")]
    [InlineData("--embed sometimes", ExitCodes.Usage, "auto, always or never")]
    [InlineData("--role gateway --shards 0", ExitCodes.Usage, "from 1 to 1024")]
    [InlineData("--role gateway --urls http://0.0.0.0:8420", ExitCodes.Usage, "keys are needed")]
    [InlineData("--slots many", ExitCodes.Usage, "a whole number")]
    [InlineData("--unknown", ExitCodes.Usage, "--unknown")]
    [InlineData("", ExitCodes.Usage, "need a catalogue in PostgreSQL")]
    public async Task What_cannot_be_meant_is_refused_in_one_line(string line, int exitCode, string says)
    {
        using var directory = new TemporaryDirectory();
        var (ended, said) = await RunAsync(directory.Path, [], line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(exitCode, ended);
        Assert.Contains(says, Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task An_option_comes_before_the_environment_and_that_before_the_file()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("clustersearch.json"), """{ "address": "10.0.0.1", "clusterId": "of file" }""");
        var none = new Dictionary<string, string>();
        Assert.Contains("'of file'", (await RunAsync(directory.Path, none)).Said);
        Assert.Contains("10.0.0.1", (await RunAsync(directory.Path, none, "--cluster-id", "mine")).Said);
        var variables = new Dictionary<string, string> { ["CLUSTERSEARCH_ADDRESS"] = "10.0.0.2", ["CLUSTERSEARCH_CLUSTER_ID"] = "mine" };
        Assert.Contains("10.0.0.2", (await RunAsync(directory.Path, variables)).Said);
        Assert.Contains("10.0.0.3", (await RunAsync(directory.Path, variables, "--address", "10.0.0.3")).Said);
    }

    [Fact]
    public async Task A_silo_without_Orleans_tables_stops_with_the_command_that_makes_them()
    {
        if (PostgresServer.Missing is { } reason) Assert.Skip(reason);
        using var directory = new TemporaryDirectory();
        await using var server = await PostgresServer.CreateAsync();
        var (ended, said) = await RunAsync(directory.Path, [], "--archive", directory.File("archive"), "--catalog", server.ConnectionString + ";Password=secret");
        Assert.Equal(ExitCodes.EnvironmentFault, ended);
        var line = Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("deploy/orleans-schema.sh \"", line);
        Assert.DoesNotContain("secret", line);
    }

    [Fact]
    public async Task A_silo_on_a_desk_joins_says_that_it_is_well_and_leaves()
    {
        if (PostgresServer.Missing is { } reason) Assert.Skip(reason);
        using var directory = new TemporaryDirectory();
        await using var server = await PostgresServer.CreateAsync();
        using var stop = new CancellationTokenSource();
        var (silo, gateway, health) = (FreePort(), FreePort(), FreePort());
        var output = new StringWriter();
        var running = new SiloProgram(output, output, _ => null, directory.Path).RunAsync(["--archive", directory.File("archive"), "--catalog", server.ConnectionString,
            "--clustering", "localhost", "--silo-port", $"{silo}", "--primary-port", $"{silo}", "--gateway-port", $"{gateway}", "--health", $"http://127.0.0.1:{health}", "--embed", "always", "--slots", "3"], stop.Token);
        using var client = new HttpClient();
        JsonElement document = default;
        await Eventually.TrueAsync("the silo is well", async () =>
        {
            if (running.IsCompleted) Assert.Fail(output.ToString());
            try
            {
                var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{health}/health"));
                document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
                return answer.StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        Assert.Equal(("active", "cpu", 3, 1), (document.GetProperty("status").GetString(), document.GetProperty("accelerator").GetString(),
            document.GetProperty("capacity").GetInt32(), document.GetProperty("members").GetInt32()));
        await stop.CancelAsync();
        Assert.Equal(ExitCodes.Done, await running);
    }

    [Fact]
    public void Only_what_the_clusters_own_authority_signed_is_a_member()
    {
        using var directory = new TemporaryDirectory();
        using var own = new Authority(directory.File("own"), "own");
        using var other = new Authority(directory.File("other"), "other");
        var (mine, foreign) = (own.Sign("member"), other.Sign("stranger"));
        var certificate = MemberCertificate.Read(mine[1], mine[3], mine[5])!;
        using var member = X509CertificateLoader.LoadCertificateFromFile(own.Sign("another")[1]);
        using var stranger = X509CertificateLoader.LoadCertificateFromFile(foreign[1]);
        Assert.True(certificate.IsMember(member));
        Assert.False(certificate.IsMember(stranger));
        Assert.Throws<UsageException>(() => MemberCertificate.Read(mine[1], foreign[3], mine[5]));
        Assert.Null(MemberCertificate.Read(null, null, null));
    }

    [Fact]
    public void The_script_fetches_the_version_that_the_program_is_built_with()
    {
        var script = File.ReadAllText(Path.Combine(TestAssets.Repository, "deploy", "orleans-schema.sh"));
        var built = typeof(IGrainFactory).Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyInformationalVersionAttribute), false)
            .Cast<System.Reflection.AssemblyInformationalVersionAttribute>().Single().InformationalVersion.Split('+', ' ')[0].TrimEnd('.');
        Assert.Contains($"readonly version={built}\n", script);
    }

    private static async Task<(int ExitCode, string Said)> RunAsync(string directory, Dictionary<string, string> variables, params string[] arguments)
    {
        var output = new StringWriter();
        return (await new SiloProgram(output, output, variables.GetValueOrDefault, directory).RunAsync(arguments, CancellationToken.None), output.ToString());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
