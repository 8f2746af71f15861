using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Cli.Supervision;

internal enum WorkerExitKind
{
    /// <summary>As it was asked to.</summary>
    Stopped,

    /// <summary>By a fault of its own: what it held may be to blame.</summary>
    Crashed,

    /// <summary>By somebody's hand: what it held is not to blame.</summary>
    Killed,

    /// <summary>It said why and ended: a fault of the archive or the machine.</summary>
    Refused,
}

/// <summary>How a worker process ended, told from its exit code and from whether the system ran out of memory meanwhile.</summary>
/// <param name="Reason">For people, in one line.</param>
internal sealed record WorkerExit(WorkerExitKind Kind, int Code, string Reason)
{
    /// <summary>Above this an exit code is the number of the signal that ended the process.</summary>
    private const int SignalBase = 128;
    private const int Kill = 9;

    private static readonly Dictionary<int, string> OwnFaults = new()
    {
        [3] = "SIGQUIT, core dumped",
        [4] = "SIGILL: an instruction that this processor does not have",
        [5] = "SIGTRAP",
        [6] = "SIGABRT: it gave up",
        [7] = "SIGBUS: a file that is mapped was cut short, or memory is broken",
        [8] = "SIGFPE",
        [11] = "SIGSEGV: memory that is not its own",
        [24] = "SIGXCPU: its limit of processor time",
        [25] = "SIGXFSZ: its limit of file size",
        [31] = "SIGSYS: a system call that is not allowed",
    };

    /// <param name="code">0 to 255; 128 and the signal where one ended it.</param>
    /// <param name="ranOutOfMemory">Whether the system killed for want of memory while it ran.</param>
    /// <param name="lastWords">What the runtime wrote at its end; null when nothing.</param>
    public static WorkerExit Of(int code, bool ranOutOfMemory, string? lastWords)
    {
        if (code == ExitCodes.Done) return new WorkerExit(WorkerExitKind.Stopped, code, "stopped");
        var signal = code - SignalBase;
        if (signal == Kill && ranOutOfMemory)
            return new WorkerExit(WorkerExitKind.Crashed, code, "its worker was killed because memory ran out; give it more, or fewer --slots");
        if (OwnFaults.TryGetValue(signal, out var fault))
            return new WorkerExit(WorkerExitKind.Crashed, code, $"its worker crashed, {fault}{(lastWords is null ? "" : $" ({lastWords})")}");
        return signal > 0 && code != ExitCodes.Interrupted
            ? new WorkerExit(WorkerExitKind.Killed, code, $"killed by signal {signal}")
            : new WorkerExit(WorkerExitKind.Refused, code, $"ended with exit code {code}");
    }

    public Failure Failure => new(ErrorCodes.WorkerCrashed, Reason);
}
