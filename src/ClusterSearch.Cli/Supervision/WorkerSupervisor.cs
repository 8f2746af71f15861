using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Archive;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Supervision;

/// <summary>
/// Keeps one worker process running: this very program once more, with a line to its supervisor.
/// <para>
/// Normal operation: it waits. The worker crashes by its own fault: the catalogue is told, so that the chunk it held counts
/// an attempt and is worked on alone the next time, and another worker is started. Somebody killed it: nobody is blamed, its leases
/// lapse. It ended with a fault that it named: once it had worked for a while it is started again, with growing patience. Stop:
/// the worker is told and waited for. The supervisor itself killed: the worker reads the end of its line and stops.
/// </para>
/// </summary>
internal sealed class WorkerSupervisor(Terminal terminal, IWorking working, TimeSpan retryDelay, TimeSpan grace, int niceness)
{
    private const string GaveUp = "Process terminated.";

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>A worker that lived so long had found everything it needs.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(15);

    /// <summary>Beyond the grace, for giving back and saying goodbye.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(20);

    /// <summary>Of the worker; null while there is none.</summary>
    public int? ProcessId { get; private set; }

    /// <param name="command">How this program was started.</param>
    /// <param name="stop">Asked for by the operator.</param>
    /// <returns>An exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> command, CancellationToken stop)
    {
        var pause = ShortestPause;
        string? crash = null;
        while (true)
        {
            var lived = Stopwatch.StartNew();
            var (exit, worker) = await RunOneAsync(command, crash, stop);
            if (stop.IsCancellationRequested || exit.Kind == WorkerExitKind.Stopped) return ExitCodes.Done;
            if (exit.Kind == WorkerExitKind.Refused && lived.Elapsed < Settled) return exit.Code;
            terminal.Error.WriteLine(Wording.Safe($"worker {worker}: {exit.Reason}; another one is started"));
            crash = null;
            if (exit.Kind == WorkerExitKind.Crashed)
            {
                crash = exit.Reason;
                await TellAsync(worker, exit, stop);
            }
            pause = lived.Elapsed > LongestPause ? ShortestPause : pause;
            try
            {
                await Task.Delay(pause, stop);
            }
            catch (OperationCanceledException)
            {
                return ExitCodes.Done;
            }
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task TellAsync(string worker, WorkerExit exit, CancellationToken stop)
    {
        try
        {
            var chunks = await working.ReportCrashAsync(worker, exit.Failure, retryDelay, stop);
            if (chunks > 0) terminal.Error.WriteLine($"worker {worker}: {Wording.Count(chunks, "chunk")} that it held will be tried again, alone");
        }
        catch (OperationCanceledException)
        {
            // Its leases lapse.
        }
    }

    private async Task<(WorkerExit Exit, string Worker)> RunOneAsync(IReadOnlyList<string> command, string? crash, CancellationToken stop)
    {
        var kills = MemoryKills.Count();
        using var process = Start(command, crash);
        ProcessId = process.Id;
        var name = $"{Environment.MachineName}/{process.Id}";
        string? lastWords = null;
        var relaying = RelayAsync(process.StandardError, line =>
        {
            // What it gave up for stands in the line behind.
            if (lastWords == GaveUp) lastWords = $"{GaveUp} {line.Trim()}";
            else if (lastWords is null && IsLastWord(line)) lastWords = line.TrimEnd();
        });
        await using (stop.Register(() => Say(process, SupervisorLine.StopWord)))
        {
            try
            {
                await process.WaitForExitAsync(stop);
            }
            catch (OperationCanceledException)
            {
                using var limit = new CancellationTokenSource(grace + Farewell);
                try
                {
                    await process.WaitForExitAsync(limit.Token);
                }
                catch (OperationCanceledException)
                {
                    terminal.Error.WriteLine($"worker {name} does not end; it is killed, its leases lapse");
                    process.Kill(entireProcessTree: true);
                    await process.WaitForExitAsync(CancellationToken.None);
                }
            }
        }
        await relaying;
        ProcessId = null;
        return (WorkerExit.Of(process.ExitCode, MemoryKills.Count() > kills, lastWords), name);
    }

    private static bool IsLastWord(string line) =>
        line.StartsWith("Unhandled exception.", StringComparison.Ordinal) || line.StartsWith(GaveUp, StringComparison.Ordinal)
        || line.StartsWith("Out of memory", StringComparison.Ordinal) || line.StartsWith("Stack overflow", StringComparison.Ordinal)
        || line.StartsWith("Fatal error", StringComparison.Ordinal);

    private async Task RelayAsync(StreamReader lines, Action<string> seen)
    {
        while (await lines.ReadLineAsync(CancellationToken.None) is { } line)
        {
            seen(line);
            terminal.Error.WriteLine(line);
        }
    }

    private static void Say(Process process, string word)
    {
        try
        {
            process.StandardInput.WriteLine(word);
            process.StandardInput.Flush();
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    private Process Start(IReadOnlyList<string> command, string? crash)
    {
        // nice becomes the program it starts: the process stays the same one.
        IReadOnlyList<string> line = niceness == 0 ? command : ["nice", "-n", niceness.ToString(CultureInfo.InvariantCulture), .. command];
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment[SupervisorLine.Variable] = "1";
        if (crash is null) start.Environment.Remove(SupervisorLine.CrashVariable);
        else start.Environment[SupervisorLine.CrashVariable] = crash;
        return Process.Start(start)!;
    }

    /// <summary>Program and arguments of this process, to be started once more.</summary>
    public static IReadOnlyList<string> OwnCommand() => [.. OwnProgram(), .. Environment.GetCommandLineArgs()[1..]];

    /// <summary>This program, for other arguments.</summary>
    public static IReadOnlyList<string> OwnProgram()
    {
        var program = Environment.ProcessPath!;
        // Run by the host `dotnet`, the first argument is the assembly.
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.GetFullPath(Environment.GetCommandLineArgs()[0])] : [program];
    }
}
