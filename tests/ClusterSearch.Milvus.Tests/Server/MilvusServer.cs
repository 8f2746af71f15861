using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Testing;

namespace ClusterSearch.Milvus.Tests.Server;

/// <summary>
/// A real Milvus for tests: one that CLUSTERSEARCH_MILVUS names, or one that is started from the folder with start-milvus.sh which
/// CLUSTERSEARCH_MILVUS_SERVER names or which lies beside the repository as shared/servers/milvus. A shell in a session of its own
/// stands between this process and the server and ends it when this process is gone, however that ended.
/// </summary>
public sealed class MilvusServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _directory = new();
    private readonly string _settings;
    private readonly bool _hasUsers;
    private Process? _keeper;

    private MilvusServer(string settings, bool hasUsers) => (_settings, _hasUsers) = (settings, hasUsers);

    /// <summary>The address of a server that was started by somebody else.</summary>
    public static string? Given { get; } = Environment.GetEnvironmentVariable("CLUSTERSEARCH_MILVUS") is { Length: > 0 } given ? given : null;

    /// <summary>Why none can be started here; null when one can.</summary>
    public static string? Missing { get; } = MilvusScripts.Folder is null
        ? "needs a Milvus server: CLUSTERSEARCH_MILVUS with an address, or CLUSTERSEARCH_MILVUS_SERVER with the folder of start-milvus.sh" : MilvusScripts.Missing;

    public int Port { get; private set; }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>Starts an empty server.</summary>
    /// <param name="settings">Over those that all tests have, as "key=value key=value".</param>
    /// <param name="hasUsers">It asks for a password: root's is Milvus.</param>
    public static async Task<MilvusServer> StartAsync(string settings = "", bool hasUsers = false)
    {
        if (Missing is { } reason) throw new InvalidOperationException(reason);
        // Exact answers over rows that have no index yet, and short waits for the time tick.
        var server = new MilvusServer($"queryNode.segcore.interimIndex.enableIndex=false proxy.timeTickInterval=50 {settings}", hasUsers);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on its data, after <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        const string keep = """begin=$1 end=$2 data=$3; "$begin" "$data" 0 && read -r pid <"$data/milvus.pid" && echo "started $pid"; read -r _; "$end" "$data" 0""";
        var start = new ProcessStartInfo("setsid", ["bash", "-c", keep, "bash", Path.Combine(MilvusScripts.Folder!, "start-milvus.sh"), Path.Combine(MilvusScripts.Folder!, "stop-milvus.sh"), _directory.File("data")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MILVUS_SET"] = _settings;
        start.Environment["MILVUS_AUTH"] = _hasUsers ? "1" : "0";
        _keeper = Process.Start(start)!;
        _keeper.ErrorDataReceived += (_, _) => { };
        _keeper.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(StartLimit);
        string? line;
        do line = await _keeper.StandardOutput.ReadLineAsync(limit.Token);
        while (line is not null && !line.StartsWith("started ", StringComparison.Ordinal));
        if (line is null) throw new InvalidOperationException($"Milvus did not start: {Path.Combine(MilvusScripts.Folder!, "start-milvus.sh")} {_directory.Path}");
        Port = int.Parse(await File.ReadAllTextAsync(_directory.File("data/milvus.port"), limit.Token), CultureInfo.InvariantCulture);
    }

    /// <summary>kill -9; the data stay.</summary>
    public async Task KillAsync()
    {
        using var kill = Process.Start("kill", ["-9", (await File.ReadAllTextAsync(_directory.File("data/milvus.pid"))).Trim()]);
        await kill.WaitForExitAsync();
        await EndAsync();
    }

    /// <summary>Stops it for a while, or lets it go on.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", (await File.ReadAllTextAsync(_directory.File("data/milvus.pid"))).Trim()]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_keeper is not null) await EndAsync();
        _directory.Dispose();
    }

    private async Task EndAsync()
    {
        if (_keeper is not { } keeper) return;
        keeper.StandardInput.Close();
        await keeper.WaitForExitAsync();
        keeper.Dispose();
        _keeper = null;
    }
}
