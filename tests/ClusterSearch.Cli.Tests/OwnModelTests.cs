using System.Net;
using System.Net.Sockets;
using System.Text;
using ClusterSearch.Pulling.Checkpoints;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests;

/// <summary>The real program: README's section on models as it is written, an interrupted pull, a proxy.</summary>
public sealed class OwnModelTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ModelServer _server = new();

    public void Dispose()
    {
        _server.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task The_README_s_commands_replace_a_model_as_they_are_written()
    {
        Assert.True((await RunAsync("ingest", TestAssets.Samples)).ExitCode == 0);
        var commands = Commands();
        Assert.Contains(commands, command => command is ["models", "pull", ..]);
        Assert.Equal(["models", "drop"], commands[^1][..2]);
        foreach (var command in commands)
        {
            var arguments = command;
            if (command is ["models", "pull", var name])
            {
                // Another model stands in for the download, from a host on this machine, under the pinned name.
                Assert.NotNull(CheckpointList.Find(name));
                _server.Serve($"own/{name}", StarterVariant.Make(_directory.File("variant")));
                arguments = ["models", "pull", $"own/{name}", "--host", _server.Address];
            }
            var outcome = await RunAsync(arguments);
            Assert.True(outcome.ExitCode == 0, $"{string.Join(' ', command)}: {outcome.Error}");
        }
        var status = (await RunAsync("status", "--json")).Json;
        Assert.Equal("clip-vit-base-patch32", status.GetProperty("encoding").GetProperty("model").GetString());
        Assert.Equal(1, status.GetProperty("encodings").GetArrayLength());
        var answer = (await RunAsync("search", "a cat", "--json")).Json;
        Assert.Equal(64, answer.GetProperty("coverage").GetProperty("samples").GetInt64());
        Assert.Equal("clip-vit-base-patch32", answer.GetProperty("encoding").GetProperty("model").GetString());
        Assert.Equal(0, (await RunAsync("verify")).ExitCode);
    }

    [Fact]
    public async Task Control_C_keeps_what_was_fetched_and_the_same_command_goes_on()
    {
        const string graph = "onnx/vision_model_quantized.onnx";
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        _server.Serve("own/starter", TestAssets.StarterModel);
        _server.BeforeFile = file =>
        {
            if (file != graph) return Task.CompletedTask;
            reached.TrySetResult();
            return goOn.Task;
        };
        using (var process = WholeProgram.Start(Variables, "models", "pull", "own/starter", "--host", _server.Address))
        {
            var finishing = WholeProgram.FinishAsync(process);
            await Task.WhenAny(reached.Task, finishing);
            await WholeProgram.SignalAsync(process, "INT");
            var stopped = await finishing;
            Assert.True(stopped.ExitCode == 130, stopped.Error);
            Assert.Contains("the same command goes on from there", stopped.Error);
        }
        goOn.SetResult();
        Assert.False(Directory.Exists(_directory.File("models/starter")));
        var outcome = await RunAsync("models", "pull", "own/starter", "--host", _server.Address, "--json");
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Single(_server.Gets("onnx/text_model_quantized.onnx"));
        Assert.Equal(["starter"], Directory.EnumerateDirectories(_directory.File("models")).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public async Task The_host_is_reached_through_the_proxy_that_the_environment_names()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var asked = AskedAsync(proxy);
        using var process = WholeProgram.Start(new Dictionary<string, string>(Variables)
        {
            ["HTTP_PROXY"] = $"http://127.0.0.1:{((IPEndPoint)proxy.LocalEndpoint).Port}",
            ["http_proxy"] = $"http://127.0.0.1:{((IPEndPoint)proxy.LocalEndpoint).Port}",
            ["NO_PROXY"] = "",
            ["no_proxy"] = "",
        }, "models", "pull", "own/model", "--host", "http://models.invalid");
        Assert.Equal(3, (await WholeProgram.FinishAsync(process)).ExitCode);
        Assert.Equal("GET http://models.invalid/api/models/own/model/revision/main?blobs=true HTTP/1.1", await asked);
    }

    private Dictionary<string, string> Variables => new()
    {
        ["CLUSTERSEARCH_ARCHIVE"] = _directory.File("archive"),
        ["CLUSTERSEARCH_MODELS"] = _directory.File("models"),
        ["NO_PROXY"] = "127.0.0.1",
        ["no_proxy"] = "127.0.0.1",
    };

    /// <summary>The lines of README's block under "Use your own model", without the program's name and their comments.</summary>
    private static List<string[]> Commands()
    {
        var lines = File.ReadAllLines(Path.Combine(TestAssets.Repository, "README.md"));
        var commands = lines.SkipWhile(line => line != "## Use your own model").SkipWhile(line => line != "```").Skip(1).TakeWhile(line => line != "```").ToList();
        Assert.All(commands, line => Assert.StartsWith("./clustersearch ", line));
        return [.. commands.Select(line => line.Split(" #")[0]["./clustersearch ".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))];
    }

    /// <summary>Answers every request with "not found".</summary>
    /// <returns>The first request's line.</returns>
    private static async Task<string?> AskedAsync(TcpListener proxy)
    {
        using var client = await proxy.AcceptTcpClientAsync();
        string? first = null;
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        while (await reader.ReadLineAsync() is { } line)
        {
            first ??= line;
            if (line.Length == 0) await client.GetStream().WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        }
        return first;
    }

    private async Task<ProgramOutcome> RunAsync(params string[] arguments)
    {
        using var process = WholeProgram.Start(Variables, arguments);
        return await WholeProgram.FinishAsync(process);
    }
}
