using System.Diagnostics;
using ClusterSearch.Core;

namespace ClusterSearch.Cli.Clusters;

/// <summary>
/// A PostgreSQL server of the cluster's own: Debian's binaries, a data directory, a socket in a folder that nobody else can
/// open, and no port. Whoever may open that folder is known by the system's word (peer); there is no password.
/// Where this program is root, the server runs as user postgres, as it insists on.
/// </summary>
internal sealed class PostgresMember
{
    /// <summary>The one user, and the database.</summary>
    private const string Owner = "clustersearch";

    /// <summary>Of a socket's path, "/.s.PGSQL.5432" included.</summary>
    private const int LongestSocketPath = 107;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _binaries;
    private readonly string _data;
    private readonly string _socket;

    private PostgresMember(string binaries, string data, string socket) => (_binaries, _data, _socket) = (binaries, data, socket);

    /// <summary>What processes of this machine reach it by.</summary>
    public string ConnectionString => $"Host={_socket};Username={Owner};Database={Owner}";

    public MemberPlan Plan => new()
    {
        Name = "postgresql",
        Command = [.. AsServerUser(), Binary("postgres"), "-D", _data, "-k", _socket, "-c", "listen_addresses=", "-c", "max_connections=200",
            // Its folder is data/log.
            "-c", "logging_collector=on", "-c", "log_filename=postgresql.log"],
        IsReady = async cancellation => (await RunAsync([Binary("pg_isready"), "-q", "-h", _socket, "-U", Owner, "-d", "postgres"], cancellation)).ExitCode == 0,
        StartLimit = StartLimit,
        // Ends connections and stops in good order.
        StopSignal = ProcessIdentity.Interrupt,
    };

    /// <summary>Makes the server's files where they are not there yet.</summary>
    /// <exception cref="ClusterSearchException">environment.missing: PostgreSQL, its user, or a directory that it can use.</exception>
    public static async Task<PostgresMember> PrepareAsync(string directory, CancellationToken cancellation)
    {
        var binaries = FindBinaries() ?? throw new ClusterSearchException(ErrorCodes.EnvironmentMissing,
            "PostgreSQL is needed and was not found below /usr/lib/postgresql: apt-get install postgresql, or name a server with --catalog");
        var home = Path.Combine(directory, "postgres");
        var member = new PostgresMember(binaries, Path.Combine(home, "data"), Path.Combine(home, "socket"));
        if (member._socket.Length + "/.s.PGSQL.5432".Length > LongestSocketPath)
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing,
                $"--directory: {directory} is too long for the socket of PostgreSQL, whose path has at most {LongestSocketPath} characters; name a shorter one");
        string[] owner = Environment.IsPrivilegedProcess ? ["-o", "postgres", "-g", "postgres"] : [];
        await RequireAsync(["install", "-d", "-m", "700", .. owner, home, member._socket],
            "PostgreSQL's folders could not be made; where this program is root it needs the user postgres, because PostgreSQL refuses to run as root", cancellation);
        if (Environment.IsPrivilegedProcess)
            await RequireAsync([.. AsServerUser(), "test", "-w", member._socket],
                $"--directory: the user postgres cannot reach {directory}; name a folder that everybody may pass through, such as one in /srv", cancellation);
        if (!File.Exists(Path.Combine(member._data, "PG_VERSION"))) await member.InitialiseAsync(cancellation);
        return member;
    }

    /// <summary>The database, once the server answers.</summary>
    public async Task EnsureDatabaseAsync(CancellationToken cancellation)
    {
        string[] connection = ["-h", _socket, "-U", Owner];
        var list = await RunAsync([Binary("psql"), .. connection, "-d", "postgres", "-Atc", $"SELECT 1 FROM pg_database WHERE datname = '{Owner}'"], cancellation);
        if (list is { ExitCode: 0, Said: "1" }) return;
        await RequireAsync([Binary("createdb"), .. connection, Owner], "the database could not be made", cancellation);
    }

    private async Task InitialiseAsync(CancellationToken cancellation)
    {
        await RequireAsync(
            [.. AsServerUser(), Binary("initdb"), "-D", _data, $"--username={Owner}", "--auth-local=peer", "--auth-host=reject", "--encoding=UTF8", "--locale=C"],
            "PostgreSQL's files could not be made", cancellation);
        // Users of the system that may be the owner: who runs the cluster, and who the server runs as.
        await File.AppendAllTextAsync(Path.Combine(_data, "pg_ident.conf"),
            string.Concat(new[] { Environment.UserName, "postgres" }.Distinct(StringComparer.Ordinal).Select(user => $"cluster {user} {Owner}\n")), cancellation);
        await File.WriteAllTextAsync(Path.Combine(_data, "pg_hba.conf"), "local all all peer map=cluster\n", cancellation);
    }

    private string Binary(string name) => Path.Combine(_binaries, name);

    private static string? FindBinaries() => !Directory.Exists("/usr/lib/postgresql") ? null : Directory.GetDirectories("/usr/lib/postgresql")
        .Where(directory => File.Exists(Path.Combine(directory, "bin", "initdb")))
        .OrderByDescending(directory => int.TryParse(Path.GetFileName(directory), out var version) ? version : 0)
        .Select(directory => Path.Combine(directory, "bin")).FirstOrDefault();

    private static string[] AsServerUser() =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] : [];

    private static async Task RequireAsync(string[] command, string otherwise, CancellationToken cancellation)
    {
        var (exitCode, said) = await RunAsync(command, cancellation);
        if (exitCode != 0)
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing, $"{otherwise}{(said.Length == 0 ? "" : $" ({said.ReplaceLineEndings(" ")})")}");
    }

    private static async Task<(int ExitCode, string Said)> RunAsync(string[] command, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, $"{await output}{await error}".Trim());
    }
}
