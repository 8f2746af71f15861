namespace ClusterSearch.Core;

/// <summary>Tells that a process or machine may open no more files from faults of the file itself: it passes when others are closed.</summary>
public static class OpenFileLimit
{
    private const int TooManyOnTheMachine = 23; // ENFILE
    private const int TooManyInTheProcess = 24; // EMFILE
    private const int TooManyOnWindows = 4; // ERROR_TOO_MANY_OPEN_FILES

    /// <summary>Whether the fault, or one that it was made of, comes of it.</summary>
    public static bool IsCauseOf(Exception fault) =>
        (fault is IOException && (OperatingSystem.IsWindows() ? (fault.HResult & 0xFFFF) == TooManyOnWindows : fault.HResult is TooManyInTheProcess or TooManyOnTheMachine))
        || (fault.InnerException is { } inner && IsCauseOf(inner));

    /// <returns>environment.busy, transient.</returns>
    public static ClusterSearchException Fault(Exception? cause = null) => new(ErrorCodes.EnvironmentBusy,
        "too many open files: this process may open no more (ulimit -n); raise the limit or work on less at once (--slots, --workers), work goes on by itself", cause)
    { IsTransient = true };
}
