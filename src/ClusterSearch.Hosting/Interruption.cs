using System.Runtime.InteropServices;

namespace ClusterSearch.Hosting;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks the command to stop and lets it finish what it holds, the second ends the process.
/// </summary>
public sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TextWriter _error;
    private readonly bool _isTerminal;
    private int _count;

    public Interruption(TextWriter error, bool isTerminal)
    {
        _error = error;
        _isTerminal = isTerminal;
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM])
            _registrations.Add(PosixSignalRegistration.Create(signal, Handle));
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) == 1)
        {
            _error.WriteLine("stopping; once more ends at once");
            _ = _source.CancelAsync();
            return;
        }
        // A progress bar hides the cursor and cannot bring it back now.
        if (_isTerminal) _error.Write("\e[?25h");
        _error.Flush();
        Environment.Exit(ExitCodes.Interrupted);
    }
}
