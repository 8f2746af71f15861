using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ClusterSearch.Testing;

/// <summary>
/// A PostgreSQL server of its own for tests: Debian's binaries, a temporary directory, a free port of 127.0.0.1, user postgres
/// without a password. A shell stands between this process and the server and stops it when this process is gone, however
/// that ended. Ask <see cref="Missing"/> before.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>After a kill the log is replayed first, on a busy machine for a minute and more.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly TemporaryDirectory _directory = new();
    private readonly string[] _settings;
    private Process? _keeper;
    private int _serverId;

    private PostgresServer(string[] settings) => _settings = settings;

    /// <summary>Why there can be no server here; null when there can.</summary>
    public static string? Missing { get; } = FindMissing();

    public int Port { get; private set; }

    /// <summary>To the database postgres.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Database=postgres");

    public bool IsRunning => _keeper is not null;

    private string DataDirectory => _directory.File("data");

    private string LogPath => _directory.File("server.log");

    /// <summary>Makes an empty server and starts it.</summary>
    /// <param name="syncs">Whether commits reach the disk: wanted where the server is killed, slow elsewhere.</param>
    /// <param name="settings">Further settings, such as "max_connections=20".</param>
    public static async Task<PostgresServer> CreateAsync(bool syncs = false, params string[] settings)
    {
        if (Missing is { } reason) throw new InvalidOperationException(reason);
        var server = new PostgresServer([
            "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=128MB",
            .. syncs ? Array.Empty<string>() : ["fsync=off", "full_page_writes=off"], .. settings]);
        try
        {
            if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", server._directory.Path);
            await RunAsync([.. AsServerUser(), Binary("initdb"), "-D", server.DataDirectory, "--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]);
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server, after <see cref="StopAsync"/> or <see cref="KillAsync"/> on the same port, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        if (Port == 0) Port = FreePort();
        var waiting = Stopwatch.StartNew();
        // What a killed server leaves in shared memory goes with its last process, a moment later; until then a start fails.
        while (!await TryStartAsync(waiting))
        {
            if (waiting.Elapsed > StartLimit) throw new InvalidOperationException($"PostgreSQL did not start:\n{await File.ReadAllTextAsync(LogPath)}");
            await Task.Delay(50);
        }
    }

    /// <summary>Ends connections and stops in good order (fast), or at once as if the power failed, but with children told (immediate).</summary>
    public Task StopAsync(bool immediately = false) => EndAsync(immediately ? "QUIT" : "INT");

    /// <summary>kill -9 of the server's main process.</summary>
    public Task KillAsync() => EndAsync("KILL");

    public async ValueTask DisposeAsync()
    {
        if (IsRunning) await StopAsync(immediately: true);
        _directory.Dispose();
    }

    private async Task<bool> TryStartAsync(Stopwatch waiting)
    {
        const string Keep = """server=; log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & server=$!; echo "$server"; read -r _; kill -QUIT "$server" 2>/dev/null; wait "$server" """;
        string[] command =
        [
            .. AsServerUser(), "/bin/sh", "-c", Keep, "sh", LogPath, Binary("postgres"), "-D", DataDirectory,
            "-p", Port.ToString(CultureInfo.InvariantCulture), .. _settings.SelectMany(setting => new[] { "-c", setting }),
        ];
        _keeper = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        _serverId = int.Parse((await _keeper.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        while (waiting.Elapsed < StartLimit)
        {
            if (await TryRunAsync([Binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture)])) return true;
            if (!Directory.Exists($"/proc/{_serverId}") || HasEnded()) break;
            await Task.Delay(20);
        }
        await EndAsync("QUIT");
        return false;
    }

    // A process that ended stays in /proc until the shell asks for it.
    private bool HasEnded()
    {
        try
        {
            return File.ReadAllText($"/proc/{_serverId}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private async Task EndAsync(string signal)
    {
        if (_keeper is not { } keeper) return;
        await TryRunAsync(["kill", $"-{signal}", _serverId.ToString(CultureInfo.InvariantCulture)]);
        var waiting = Stopwatch.StartNew();
        while (!HasEnded() && waiting.Elapsed < StartLimit) await Task.Delay(5);
        keeper.StandardInput.Close();
        await keeper.WaitForExitAsync();
        keeper.Dispose();
        _keeper = null;
    }

    private static string? FindMissing()
    {
        if (!OperatingSystem.IsLinux()) return "needs PostgreSQL's binaries as Debian packs them";
        if (BinaryDirectory() is null) return "needs PostgreSQL: apt-get install postgresql, or CLUSTERSEARCH_POSTGRES with a connection string";
        if (Environment.IsPrivilegedProcess && !File.ReadAllText("/etc/passwd").Contains("\npostgres:", StringComparison.Ordinal))
            return "needs a user postgres: PostgreSQL refuses to run as root";
        return null;
    }

    private static string? BinaryDirectory() => !Directory.Exists("/usr/lib/postgresql") ? null : Directory.GetDirectories("/usr/lib/postgresql")
        .Where(directory => File.Exists(Path.Combine(directory, "bin", "initdb")))
        .OrderByDescending(directory => int.TryParse(Path.GetFileName(directory), out var version) ? version : 0)
        .Select(directory => Path.Combine(directory, "bin")).FirstOrDefault();

    private static string Binary(string name) => Path.Combine(BinaryDirectory()!, name);

    private static string[] AsServerUser() =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] : [];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}:\n{said}");
    }

    private static async Task<bool> TryRunAsync(string[] command)
    {
        using var process = Start(command);
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    private static Process Start(string[] command) => Process.Start(new ProcessStartInfo(command[0], command[1..])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
        // The server's user may not read where this process happens to stand.
        WorkingDirectory = "/",
    })!;
}
