namespace ClusterSearch.Cli.Supervision;

/// <summary>
/// A worker's line to its supervisor, its standard input: the word to stop comes through it, and its end says that the
/// supervisor is gone, however that happened.
/// </summary>
internal sealed class SupervisorLine : IDisposable
{
    /// <summary>Set in the environment of a supervised process.</summary>
    public const string Variable = "CLUSTERSEARCH_SUPERVISED";

    /// <summary>How the process before this one crashed.</summary>
    public const string CrashVariable = "CLUSTERSEARCH_EARLIER_CRASH";

    public const string StopWord = "stop";

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _gone = new();

    public SupervisorLine(TextReader line) => new Thread(() => Listen(line)) { IsBackground = true, Name = "supervisor line" }.Start();

    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled once nobody is at the other end.</summary>
    public CancellationToken Gone => _gone.Token;

    // The thread may outlive the command and still cancels.
    public void Dispose()
    {
    }

    private void Listen(TextReader line)
    {
        try
        {
            while (line.ReadLine() is { } word)
                if (word == StopWord) _stop.Cancel();
        }
        catch (IOException)
        {
            // As good as its end.
        }
        _gone.Cancel();
    }
}
