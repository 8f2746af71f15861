using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;

namespace ClusterSearch.Cli.Tests.Working;

/// <summary>One PostgreSQL server for all scenes of a class, and what an undisturbed run of one process makes of the samples.</summary>
public sealed class WorkStage : IAsyncLifetime
{
    private static readonly Lazy<Task<string>> Undisturbed = new(IngestUndisturbedAsync);

    /// <summary>Null where there is none: see <see cref="PostgresServer.Missing"/>.</summary>
    public PostgresServer? Server { get; private set; }

    /// <summary>Of the samples, ingested with SQLite, once a run.</summary>
    public string Digest { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.Missing is not null) return;
        Server = await PostgresServer.CreateAsync();
        Digest = await Undisturbed.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
    }

    private static async Task<string> IngestUndisturbedAsync()
    {
        using var directory = new TemporaryDirectory();
        var archive = directory.File("reference");
        var ingest = await WholeProgram.RunAsync("ingest", TestAssets.Samples, "--archive", archive);
        Assert.True(ingest.ExitCode == 0, ingest.Error);
        return await InThisProcess.DigestAsync("--archive", archive);
    }
}

/// <summary>An archive shared by real processes, which all end with the scene.</summary>
internal sealed class WorkScene : IAsyncDisposable
{
    private static int _count;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<Worker> _workers = [];
    private readonly List<Process> _started = [];
    private readonly string _catalog;

    private WorkScene(string catalog) => _catalog = catalog;

    public string Archive => _directory.File("archive");

    /// <summary>As `--catalog` takes it.</summary>
    public string CatalogName => _catalog;

    /// <summary>What the archive lies on; null where it has all the room of the machine.</summary>
    public SmallDisk? Disk { get; private set; }

    /// <summary>The ledger as it is.</summary>
    public ICatalog Catalog { get; private set; } = null!;

    /// <param name="stage">Whose server keeps the catalogue.</param>
    /// <param name="diskKilobytes">The archive lies on a disk of its own of this size.</param>
    /// <param name="port">Where the processes think the server listens; null: where it does.</param>
    public static async Task<WorkScene> OpenAsync(WorkStage stage, int? diskKilobytes = null, int? port = null)
    {
        if (PostgresServer.Missing is { } reason) Assert.Skip(reason);
        var schema = $";Schema=scene_{Interlocked.Increment(ref _count)}";
        var address = stage.Server!.ConnectionString;
        var scene = new WorkScene((port is { } other ? address.Replace($"Port={stage.Server.Port}", $"Port={other}", StringComparison.Ordinal) : address) + schema);
        if (diskKilobytes is { } kilobytes)
        {
            scene.Disk = SmallDisk.TryMount(scene.Archive, kilobytes);
            Assert.SkipWhen(scene.Disk is null, "needs the right to mount a small file system");
        }
        Directory.CreateDirectory(scene.Archive);
        scene.Catalog = await Catalogs.OpenAsync(address + schema, scene.Archive, createIfMissing: true, CancellationToken.None);
        return scene;
    }

    /// <summary>Prepares or looks, in this process.</summary>
    public Task<ProgramOutcome> HereAsync(params string[] arguments) => InThisProcess.RunAsync([.. arguments, "--archive", Archive, "--catalog", _catalog]);

    public Task<ProgramOutcome> RunAsync(params string[] arguments) => WholeProgram.RunAsync([.. arguments, "--archive", Archive, "--catalog", _catalog]);

    /// <summary>A process of its own, ended with the scene.</summary>
    public Process Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>As <see cref="Start(string[])"/>, with variables of its own.</summary>
    public Process Start(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var process = WholeProgram.Start(variables, [.. arguments, "--archive", Archive, "--catalog", _catalog]);
        _started.Add(process);
        return process;
    }

    /// <summary>Path of something that goes with the scene.</summary>
    public string File(string name) => _directory.File(name);

    /// <summary>Registers in chunks of 8 s, nine in all for the samples.</summary>
    public async Task RegisterAsync(params string[] paths)
    {
        var run = await InThisProcess.RunAsync(["ingest", .. paths, "--archive", Archive, "--catalog", _catalog, "--chunk-duration", "8s", "--detach", "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    /// <param name="arguments">Beside archive and catalogue; --slots stands there or in <paramref name="slots"/>.</param>
    /// <param name="variables">Of its environment.</param>
    /// <param name="slots">Chunks at once.</param>
    /// <param name="mostOpenFiles">Files that supervisor and worker may have open each; null: as many as this process.</param>
    public Worker StartWorker(string[]? arguments = null, Dictionary<string, string>? variables = null, int slots = 1, int? mostOpenFiles = null)
    {
        string[] given = arguments?.Contains("--slots") == true ? arguments : ["--slots", slots.ToString(CultureInfo.InvariantCulture), .. arguments ?? []];
        var process = WholeProgram.Start(variables ?? [], mostOpenFiles, ["work", .. given, "--archive", Archive, "--catalog", _catalog]);
        var worker = new Worker(process);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>A directory with an ffmpeg that runs a line of shell before each decoding.</summary>
    public Dictionary<string, string> WrapFfmpeg(string line)
    {
        var bin = Directory.CreateDirectory(File($"bin-{Guid.NewGuid():N}")).FullName;
        ProgramPath.WrapFfmpeg(bin, line);
        return new() { ["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}" };
    }

    /// <summary>Waits for something to become true of the ledger's counts over the active encoding.</summary>
    public async Task UntilAsync(string what, Func<LedgerStatus, bool> isTrue)
    {
        var waiting = Stopwatch.StartNew();
        var status = await Catalog.StatusAsync(null, CancellationToken.None);
        while (!isTrue(status))
        {
            if (waiting.Elapsed > TimeSpan.FromMinutes(3))
                Assert.Fail($"{what}: not after {waiting.Elapsed}: {string.Join(", ", status.Chunks)}\n{string.Join('\n', _workers.Select(worker => worker.Said))}");
            await Task.Delay(30);
            status = await Catalog.StatusAsync(null, CancellationToken.None);
        }
    }

    public Task UntilDoneAsync() => UntilAsync("all done", status =>
        status.Chunks.GetValueOrDefault(ChunkState.Indexed) + status.Chunks.GetValueOrDefault(ChunkState.Quarantined) is > 0 and var done
        && done == status.Chunks.Values.Sum());

    public Task<string> DigestAsync() => InThisProcess.DigestAsync("--archive", Archive, "--catalog", _catalog);

    /// <summary>Waits for the end: every chunk indexed, none given up, and the archive what an undisturbed run makes.</summary>
    public async Task UntilWholeAsync(string digest)
    {
        await UntilAsync("every chunk is indexed", status =>
            status.Chunks.Values.Sum() is > 0 and var all && status.Chunks.GetValueOrDefault(ChunkState.Indexed) == all);
        Assert.Equal(digest, await DigestAsync());
    }

    /// <summary>Waits until `status` names a fault as the last one of a worker.</summary>
    /// <returns>The message.</returns>
    public async Task<string> UntilNamedAsync(string code)
    {
        var waiting = Stopwatch.StartNew();
        while (!(await Catalog.ListWorkersAsync(CancellationToken.None)).Any(worker => worker.Report.LastFault?.Code == code))
        {
            if (waiting.Elapsed > TimeSpan.FromMinutes(1)) Assert.Fail($"{code} was not named\n{string.Join('\n', _workers.Select(worker => worker.Said))}");
            await Task.Delay(30);
        }
        var status = (await HereAsync("status", "--json")).Json.GetProperty("work").GetProperty("workers");
        return status.EnumerateArray().Select(worker => worker.GetProperty("lastFault")).Where(fault => fault.ValueKind == JsonValueKind.Object)
            .First(fault => fault.GetProperty("code").GetString() == code).GetProperty("message").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers) await worker.DisposeAsync();
        foreach (var process in _started)
        {
            // Disposed by the test where it ended there.
            if (IsRunning(process)) process.Kill();
            process.Dispose();
        }
        await Catalog.DisposeAsync();
        Disk?.Dispose();
        _directory.Dispose();
    }

    private static bool IsRunning(Process process)
    {
        try
        {
            return !process.HasExited;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>A supervisor and the worker below it.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private readonly Process _supervisor;
    private readonly System.Text.StringBuilder _said = new();

    public Worker(Process supervisor)
    {
        _supervisor = supervisor;
        _supervisor.ErrorDataReceived += (_, line) => Note(line.Data);
        _supervisor.OutputDataReceived += (_, line) => Note(line.Data);
        _supervisor.BeginErrorReadLine();
        _supervisor.BeginOutputReadLine();
    }

    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    /// <summary>The worker process; null while there is none.</summary>
    public int? Child => Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path))
        .Where(name => int.TryParse(name, out _)).Where(name => ParentOf(name) == _supervisor.Id)
        .Select(name => (int?)int.Parse(name, CultureInfo.InvariantCulture)).FirstOrDefault();

    public Task SignalAsync(string signal) => WholeProgram.SignalAsync(_supervisor, signal);

    public async Task SignalChildAsync(string signal)
    {
        using var child = Process.GetProcessById(Child!.Value);
        await WholeProgram.SignalAsync(child, signal);
    }

    public int Supervisor => _supervisor.Id;

    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await _supervisor.WaitForExitAsync(limit.Token);
        return _supervisor.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_supervisor.HasExited)
        {
            if (Child is { } child) Kill(child);
            _supervisor.Kill();
            await _supervisor.WaitForExitAsync();
        }
        _supervisor.Dispose();
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // Gone.
        }
    }

    private void Note(string? line)
    {
        lock (_said) _said.AppendLine(line);
    }

    private static int? ParentOf(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
