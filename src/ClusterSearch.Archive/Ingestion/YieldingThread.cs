using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// A thread that gives way: where the cores are busy, decoders come first. Decoding one video hangs on one thread of
/// ffmpeg; an encoder that takes its core holds everything up, while the encoder itself finds gaps enough.
/// <para>On Linux a thread's niceness is its own, and threads that it starts (a session's pool) inherit it.</para>
/// </summary>
internal sealed partial class YieldingThread : IDisposable
{
    /// <summary>Added to what the process has: about a tenth of its other threads' weight.</summary>
    private const int Niceness = 10;

    private readonly SemaphoreSlim _asked = new(0);
    private readonly SemaphoreSlim _answered = new(0);
    private readonly Thread _thread;
    private Action? _work;
    private Exception? _fault;

    public YieldingThread(string name)
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Runs work on the thread and waits for its end. One caller at a time.</summary>
    public void Run(Action work)
    {
        _work = work;
        _asked.Release();
        // The caller blocks: a continuation queued by this thread could make the thread pool start one that inherits its niceness.
        _answered.Wait();
        if (Interlocked.Exchange(ref _fault, null) is { } fault) ExceptionDispatchInfo.Throw(fault);
    }

    /// <summary>Once, on a thread of its own.</summary>
    public static T RunOnce<T>(string name, Func<T> work)
    {
        using var thread = new YieldingThread(name);
        T? result = default;
        thread.Run(() => result = work());
        return result!;
    }

    public void Dispose()
    {
        _work = null;
        _asked.Release();
        _thread.Join();
        _asked.Dispose();
        _answered.Dispose();
    }

    private void Loop()
    {
        // Refused, it works at normal priority.
        if (OperatingSystem.IsLinux()) _ = Nice(Niceness);
        while (true)
        {
            _asked.Wait();
            if (_work is not { } work) return;
            try
            {
                work();
            }
            catch (Exception fault)
            {
                _fault = fault;
            }
            _answered.Release();
        }
    }

    [LibraryImport("libc", EntryPoint = "nice")]
    private static partial int Nice(int increment);
}
