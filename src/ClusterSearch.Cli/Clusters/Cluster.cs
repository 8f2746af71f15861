using System.Net;
using System.Net.Sockets;
using ClusterSearch.Archive.Working;
using ClusterSearch.Cli.Json;
using ClusterSearch.Cli.Presentation;
using ClusterSearch.Cli.Supervision;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Cli.Clusters;

/// <summary>
/// A whole cluster as plain processes of this machine: PostgreSQL, Milvus where wanted, worker processes, the gateway.
/// <para>
/// Start: servers first, then what needs them; each is waited for. What cannot be started at all ends the start, and what
/// had been started with it. Normal operation: what dies is started again. Stop: gateway and workers first, then the servers.
/// Killed: gateway and workers read the end of their lines and stop; the servers go on, and the next start or `cluster stop`
/// ends them by what <see cref="ClusterRecord"/> says.
/// </para>
/// </summary>
/// <param name="open">Opens the archive by its catalogue and the place of its vectors (null: as it was), for a process that supervises workers.</param>
internal sealed class Cluster(ClusterOptions options, Terminal terminal, Func<string, string?, CancellationToken, Task<ArchiveHost>> open) : IDisposable
{
    private const string LockName = "cluster.lock";

    private static readonly TimeSpan GatewayLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WorkerLimit = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan WorkerPause = TimeSpan.FromSeconds(5);

    private readonly Lock _recording = new();
    private readonly List<Member> _members = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private volatile bool _isReady;
    private string? _vectors;

    /// <param name="ready">Told once all of it is ready.</param>
    /// <param name="stop">Asked for by the operator.</param>
    /// <exception cref="ClusterSearchException">environment.busy while another cluster runs there; environment.missing; archive faults.</exception>
    public async Task RunAsync(Action<ClusterDocument> ready, CancellationToken stop)
    {
        using var only = TakeLock();
        await EndLeftoversAsync();
        RequireFree(new Uri(options.Url));
        try
        {
            await RunServersAsync(ready, stop);
        }
        finally
        {
            ClusterRecord.Delete(options.Directory);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task RunServersAsync(Action<ClusterDocument> ready, CancellationToken stop)
    {
        using var serversStop = new CancellationTokenSource();
        var running = new List<Task>();
        try
        {
            PostgresMember? postgres = null;
            if (options.Catalog is null)
            {
                postgres = await PostgresMember.PrepareAsync(options.Directory, stop);
                await StartAsync(postgres.Plan, running, serversStop.Token).WaitAsync(stop);
                await postgres.EnsureDatabaseAsync(stop);
            }
            string? milvus = null;
            if (options.MilvusBundle is { } bundle)
            {
                var data = Path.Combine(options.Directory, "milvus");
                await StartAsync(MilvusMember.PlanFor(bundle, data), running, serversStop.Token).WaitAsync(stop);
                milvus = MilvusMember.AddressOf(data);
                _vectors = $"milvus:{milvus}";
            }
            await RunProcessesAsync(options.Catalog ?? postgres!.ConnectionString, milvus, ready, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to before all was ready.
        }
        finally
        {
            await serversStop.CancelAsync();
            await Task.WhenAll(running);
        }
    }

    private async Task RunProcessesAsync(string catalog, string? milvus, Action<ClusterDocument> ready, CancellationToken stop)
    {
        await using var archive = await TransientRetry.UntilAnsweredAsync(TimeProvider.System, token => open(catalog, _vectors, token), stop);
        using var processesStop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = new List<Task>();
        try
        {
            var supervisors = Enumerable.Range(0, options.WorkerCount).Select(_ =>
                new WorkerSupervisor(terminal, archive.Working, RetryPolicy.Default.First, TimeSpan.FromSeconds(30), niceness: 0)).ToList();
            var workers = supervisors.Select(supervisor => SuperviseAsync(supervisor, catalog, processesStop.Token)).ToList();
            running.AddRange(workers);
            var gateway = StartAsync(GatewayPlan(catalog), running, processesStop.Token);
            await WhenReadyAsync(archive, supervisors, workers, stop);
            await gateway.WaitAsync(stop);
            _isReady = true;
            ready(Describe(catalog, milvus, supervisors));
            // None ends before the stop but by a fault.
            await await Task.WhenAny(running);
        }
        finally
        {
            await processesStop.CancelAsync();
            await Task.WhenAll(running).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Starts a member; the task is done when it is ready.</summary>
    private Task StartAsync(MemberPlan plan, List<Task> running, CancellationToken stop)
    {
        var member = new Member(plan, Tell, Record);
        lock (_recording) _members.Add(member);
        running.Add(member.RunAsync(stop));
        return member.Ready;
    }

    private MemberPlan GatewayPlan(string catalog) => new()
    {
        Name = "gateway",
        Command = [.. WorkerSupervisor.OwnProgram(), "serve", "--urls", options.Url, .. Common(catalog)],
        IsReady = async cancellation =>
        {
            using var answer = await _http.GetAsync($"{options.Url}/health/ready", cancellation);
            return answer.IsSuccessStatusCode;
        },
        StartLimit = GatewayLimit,
        StopSignal = 0,
    };

    private IEnumerable<string> Common(string catalog) =>
        ["--archive", options.Archive, "--catalog", catalog, .. _vectors is null ? [] : new[] { "--vectors", _vectors }, .. options.Roots.SelectMany(root => new[] { "--root", root })];

    /// <summary>A worker that says why it cannot work, before all was ready, is the end of the start; later it may be mended meanwhile.</summary>
    private async Task SuperviseAsync(WorkerSupervisor supervisor, string catalog, CancellationToken stop)
    {
        string[] slots = options.Slots is { } count ? ["--slots", count] : [];
        string[] command = [.. WorkerSupervisor.OwnProgram(), "work", .. slots, .. Common(catalog)];
        while (true)
        {
            var exitCode = await supervisor.RunAsync(command, stop);
            if (stop.IsCancellationRequested) return;
            if (!_isReady) throw new ClusterSearchException(ErrorCodes.WorkerCrashed, $"a worker ended with exit code {exitCode}, for the reason that it gave above");
            Tell($"a worker ended with exit code {exitCode}; another one is started");
            await Task.WhenAny(Task.Delay(WorkerPause, stop));
        }
    }

    private static async Task WhenReadyAsync(ArchiveHost archive, List<WorkerSupervisor> supervisors, List<Task> workers, CancellationToken stop)
    {
        var until = Environment.TickCount64 + (long)WorkerLimit.TotalMilliseconds;
        while (true)
        {
            if (workers.FirstOrDefault(worker => worker.IsCompleted) is { } ended) await ended;
            var status = await TransientRetry.UntilAnsweredAsync(TimeProvider.System, archive.Working.StatusAsync, stop);
            var begun = status.Workers.Where(worker => worker.IsAlive && worker.Report.State != WorkerState.Starting)
                .Select(worker => worker.Report.Name).ToHashSet(StringComparer.Ordinal);
            if (supervisors.All(supervisor => begun.Contains($"{Environment.MachineName}/{supervisor.ProcessId}"))) return;
            if (Environment.TickCount64 > until)
                throw new ClusterSearchException(ErrorCodes.EnvironmentMissing,
                    $"{begun.Count} of {supervisors.Count} workers began within {WorkerLimit.TotalSeconds:0} s; what they said stands above");
            await Task.Delay(200, stop);
        }
    }

    private ClusterDocument Describe(string catalog, string? milvus, IEnumerable<WorkerSupervisor> workers)
    {
        lock (_recording)
        {
            return new ClusterDocument(options.Directory, options.Archive, ArchiveFile.WithoutPassword(catalog), options.Url, milvus,
            [
                .. _members.Select(member => member.Record).OfType<MemberRecord>().Select(record => new ClusterMemberDocument(record.Name, record.Process.ProcessId)),
                .. workers.Where(worker => worker.ProcessId is not null).Select(worker => new ClusterMemberDocument("worker", worker.ProcessId!.Value)),
            ]);
        }
    }

    private void Tell(string line) => terminal.Error.WriteLine(Wording.Safe(line));

    private void Record()
    {
        lock (_recording)
            new ClusterRecord(ProcessIdentity.Own, [.. _members.Select(member => member.Record).OfType<MemberRecord>()]).Write(options.Directory);
    }

    private FileStream TakeLock()
    {
        var path = Path.Combine(options.Directory, LockName);
        try
        {
            Directory.CreateDirectory(options.Directory);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw new ClusterSearchException(ErrorCodes.EnvironmentBusy,
                $"{options.Directory}: a cluster runs there already; `clustersearch cluster stop --directory {options.Directory}` ends it", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>Another program there would be taken for the gateway.</summary>
    private static void RequireFree(Uri url)
    {
        if (!IPAddress.TryParse(url.Host, out var address)) address = IPAddress.Loopback;
        using var listener = new TcpListener(address, url.Port);
        try
        {
            listener.Start();
        }
        catch (SocketException fault)
        {
            throw new ClusterSearchException(ErrorCodes.EnvironmentBusy, $"{url}: cannot be opened ({fault.Message}); name another address with --urls", fault);
        }
    }

    /// <summary>Servers of a cluster that was killed.</summary>
    private async Task EndLeftoversAsync()
    {
        foreach (var member in ClusterRecord.Read(options.Directory)?.Members ?? [])
        {
            if (!member.Process.IsAlive) continue;
            Tell($"{member.Name}: left behind by a cluster that was killed (process {member.Process.ProcessId}); it is ended");
            await member.EndAsync();
        }
    }
}
