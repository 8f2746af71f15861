using System.Diagnostics;
using ClusterSearch.Cli.Supervision;
using ClusterSearch.Core;

namespace ClusterSearch.Cli.Clusters;

/// <summary>How one member of a cluster is started, found ready and stopped.</summary>
internal sealed record MemberPlan
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Asked again and again after a start.</summary>
    public required Func<CancellationToken, Task<bool>> IsReady { get; init; }

    public required TimeSpan StartLimit { get; init; }

    /// <summary>0: it is told by a word on its standard input, whose end also tells it that its supervisor is gone.</summary>
    public required int StopSignal { get; init; }

    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>
/// Keeps one member of a cluster running.
/// <para>
/// Normal operation: it is started, asked until it is ready, and waited for. It ends though nobody asked for it: it is started
/// again, with growing patience. It ends, or is not ready in time, at each of its first starts: that is told as a fault,
/// because it would not go better the next time. Stop: it is told, waited for, and killed in the end.
/// </para>
/// </summary>
/// <param name="plan">What it is.</param>
/// <param name="tell">Told what an operator should know, a line at a time.</param>
/// <param name="changed">Called when its process is another one.</param>
internal sealed class Member(MemberPlan plan, Action<string> tell, Action changed)
{
    /// <summary>A loaded machine may make one start miss the limits of what it needs; more than that is no accident.</summary>
    private const int FirstStarts = 3;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _lastLine;

    /// <summary>Done when it answered for the first time; faulted when it will not.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Null while there is none.</summary>
    public MemberRecord? Record { get; private set; }

    /// <summary>Until a stop is asked for and followed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var pause = ShortestPause;
        var starts = 0;
        while (!stop.IsCancellationRequested)
        {
            var lived = Stopwatch.StartNew();
            var exit = await RunOnceAsync(stop);
            if (stop.IsCancellationRequested) break;
            if (!Ready.IsCompletedSuccessfully && ++starts == FirstStarts)
            {
                _ready.TrySetException(new ClusterSearchException(ErrorCodes.EnvironmentMissing,
                    $"{plan.Name}: {exit.Reason} before it was ready{(_lastLine is null ? "" : $"; its last words: {_lastLine}")}"));
                return;
            }
            tell($"{plan.Name}: {exit.Reason}; started again");
            pause = lived.Elapsed > LongestPause ? ShortestPause : pause;
            await Task.WhenAny(Task.Delay(pause, stop));
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
        _ready.TrySetCanceled(CancellationToken.None);
    }

    private async Task<WorkerExit> RunOnceAsync(CancellationToken stop)
    {
        var kills = MemoryKills.Count();
        using var process = Start();
        var identity = ProcessIdentity.Of(process.Id);
        Note(identity is { } known ? new MemberRecord(plan.Name, known, plan.StopSignal == 0 ? ProcessIdentity.Terminate : plan.StopSignal) : null);
        var relaying = Task.WhenAll(RelayAsync(process.StandardOutput), RelayAsync(process.StandardError));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var asking = AskAsync(process, ended.Token);
        try
        {
            await process.WaitForExitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            if (plan.StopSignal == 0) Say(process);
            else identity?.Signal(plan.StopSignal);
            using var limit = new CancellationTokenSource(plan.Grace);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                tell($"{plan.Name}: does not end; it is killed");
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
        await ended.CancelAsync();
        await asking;
        // A process that it left behind may hold its output open.
        await Task.WhenAny(relaying, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        Note(null);
        return WorkerExit.Of(process.ExitCode, MemoryKills.Count() > kills, _lastLine);
    }

    private async Task AskAsync(Process process, CancellationToken ended)
    {
        var waiting = Stopwatch.StartNew();
        while (!ended.IsCancellationRequested)
        {
            if (await TryAskAsync(ended))
            {
                _ready.TrySetResult();
                return;
            }
            if (waiting.Elapsed > plan.StartLimit)
            {
                tell($"{plan.Name}: not ready after {plan.StartLimit.TotalSeconds:0} s; it is killed");
                process.Kill(entireProcessTree: true);
                return;
            }
            await Task.WhenAny(Task.Delay(AskInterval, ended));
        }
    }

    private async Task<bool> TryAskAsync(CancellationToken ended)
    {
        try
        {
            return await plan.IsReady(ended);
        }
        catch (Exception fault) when (fault is HttpRequestException or ClusterSearchException or OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private Process Start()
    {
        // A session of its own: Ctrl-C reaches a terminal's whole group, and these end in an order.
        var start = new ProcessStartInfo("setsid", plan.Command)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Another user's server may not read where this process happens to stand.
            WorkingDirectory = "/",
        };
        start.Environment[SupervisorLine.Variable] = "1";
        return Process.Start(start)!;
    }

    private void Note(MemberRecord? record)
    {
        Record = record;
        changed();
    }

    private static void Say(Process process)
    {
        try
        {
            process.StandardInput.WriteLine(SupervisorLine.StopWord);
            process.StandardInput.Close();
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    private async Task RelayAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync(CancellationToken.None) is { } line)
        {
            if (line.Length == 0) continue;
            _lastLine = line;
            tell($"{plan.Name}: {line}");
        }
    }
}
