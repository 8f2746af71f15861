using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Clusters;

/// <summary>`cluster` as a real process, ready, in a directory of its own; ended with the test in any case.</summary>
internal sealed class RunningCluster : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly Process _process;
    private readonly StringBuilder _said;

    private RunningCluster(TemporaryDirectory directory, Process process, StringBuilder said, JsonElement document)
    {
        (_directory, _process, _said, Document) = (directory, process, said, document);
        Client = new HttpClient { BaseAddress = new Uri(document.GetProperty("gateway").GetString()!), Timeout = TimeSpan.FromMinutes(1) };
    }

    public JsonElement Document { get; }

    public HttpClient Client { get; }

    public string Directory => Document.GetProperty("directory").GetString()!;

    public string Archive => Document.GetProperty("archive").GetString()!;

    public int SupervisorId => _process.Id;

    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    public static async Task<RunningCluster> StartAsync(params string[] arguments)
    {
        if (PostgresServer.Missing is { } reason) Assert.Skip(reason);
        var directory = new TemporaryDirectory();
        // The database server's user passes through.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var process = WholeProgram.Start(
            ["cluster", "--directory", directory.File("cluster"), "--urls", $"http://127.0.0.1:{FreePort()}", "--json", .. arguments]);
        var said = new StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said) said.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        var text = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            text.AppendLine(line);
            if (line != "}") continue;
            using var document = JsonDocument.Parse(text.ToString());
            if (!document.RootElement.TryGetProperty("gateway", out _)) break;
            return new RunningCluster(directory, process, said, document.RootElement.Clone());
        }
        await process.WaitForExitAsync();
        lock (said) Assert.Fail($"the cluster did not start, exit code {process.ExitCode}:\n{text}{said}");
        throw new InvalidOperationException();
    }

    /// <summary>The process of a member as it was when the cluster became ready.</summary>
    public int FirstProcessOf(string member) => Members.First(one => one.Name == member).ProcessId;

    public IEnumerable<(string Name, int ProcessId)> Members => Document.GetProperty("members").EnumerateArray()
        .Select(member => (member.GetProperty("name").GetString()!, member.GetProperty("processId").GetInt32()));

    public async Task<JsonElement> SearchAsync(string text, int limit)
    {
        using var answer = await Client.PostAsJsonAsync("/api/v1/search", new { parts = new[] { new { kind = "text", text } }, limit });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("moments");
    }

    public async Task UntilAsync(string what, Func<Task<bool>> isTrue)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await isTrue()) return;
            }
            catch (HttpRequestException)
            {
                // Nobody listens just now.
            }
            if (waiting.Elapsed > TimeSpan.FromMinutes(3)) Assert.Fail($"{what}: not after {waiting.Elapsed}\n{Said}");
            await Task.Delay(100);
        }
    }

    /// <summary>By `cluster stop`, in a process of its own.</summary>
    /// <returns>The exit code of the cluster itself.</returns>
    public async Task<int> StopAsync()
    {
        var stop = await WholeProgram.RunAsync("cluster", "stop", "--directory", Directory);
        Assert.True(stop.ExitCode == 0, stop.Error + Said);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public static async Task KillAsync(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Processes that have the cluster's directory in their command line: its servers, gateway and workers.</summary>
    public IReadOnlyList<int> Left() => [.. System.IO.Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!))
        .Where(id => id != Environment.ProcessId && CommandLine(id).Contains(Directory, StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await WholeProgram.SignalAsync(_process, "TERM");
        using (var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1)))
        {
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        await WholeProgram.RunAsync("cluster", "stop", "--directory", Directory);
        _process.Dispose();
        Client.Dispose();
        _directory.Dispose();
    }

    private static string CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
