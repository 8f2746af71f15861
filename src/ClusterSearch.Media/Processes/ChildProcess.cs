using ClusterSearch.Core;
using Microsoft.Win32.SafeHandles;

namespace ClusterSearch.Media.Processes;

/// <summary>
/// One run of ffmpeg or ffprobe: started in a process group of its own, watched, killed with all its children, always waited for.
/// </summary>
/// <remarks>
/// Life: started with pipes to standard output, standard error and, where wanted, descriptor 3 (ffmpeg's "pipe:3"). A
/// thread empties standard error and then waits for the exit; a timer ends a child that stalls or outgrows its memory.
/// <see cref="DisposeAsync"/> kills what still runs and returns when the child is gone, so there is neither a zombie nor an
/// orphan. A parent that is itself killed leaves a child with broken pipes, which ends at its next write.
/// System.Diagnostics.Process is not used because it offers no further descriptor (a named pipe would leak on a crash), no
/// process group, and no processor time and peak memory once the child has gone.
/// </remarks>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int PipeBytes = 1 << 20;

    private readonly Lock _lock = new();
    private readonly int _process;
    private readonly ChildLimits _limits;
    private readonly TaskCompletionSource<ChildExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FileStream _error;
    private readonly Timer _watch;
    private readonly CancellationTokenRegistration _cancellation;
    private long _lastProgress = Environment.TickCount64;
    private int _waitingForCaller;
    private bool _reaped;
    private string? _limitHit;

    private ChildProcess(int process, ChildLimits limits, ErrorLines errors, FileStream output, FileStream error, FileStream? report, FileStream? input,
        CancellationToken cancellation)
    {
        _process = process;
        _limits = limits;
        _error = error;
        Errors = errors;
        Output = new ProgressStream(this, output);
        Report = report is null ? null : new ProgressStream(this, report);
        Input = input;
        new Thread(EmptyErrorsAndWait) { IsBackground = true, Name = "ffmpeg stderr" }.Start();
        _watch = new Timer(static state => ((ChildProcess)state!).Watch(), this, ChildLimits.WatchInterval, ChildLimits.WatchInterval);
        _cancellation = cancellation.Register(Kill);
    }

    /// <summary>Standard output. Reads block; use a thread.</summary>
    public Stream Output { get; }

    /// <summary>Descriptor 3, where asked for.</summary>
    public Stream? Report { get; }

    /// <summary>Standard input, where asked for; otherwise the child reads /dev/null.</summary>
    public Stream? Input { get; }

    public ErrorLines Errors { get; }

    /// <summary>Ends when the child has been waited for; never fails.</summary>
    public Task<ChildExit> Exit => _exit.Task;

    /// <summary>Which limit ended the child, as half a sentence; null when none did.</summary>
    public string? LimitHit => Volatile.Read(ref _limitHit);

    /// <summary>Whether the child waits for the caller and not the caller for the child: such time is no stall.</summary>
    public bool WaitingForCaller
    {
        set
        {
            NoteProgress();
            Volatile.Write(ref _waitingForCaller, value ? 1 : 0);
        }
    }

    public static ChildProcess Start(string executable, IReadOnlyList<string> arguments, ChildLimits limits, CancellationToken cancellation,
        bool withReport = false, bool withInput = false, ErrorLines? errors = null)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!OperatingSystem.IsLinux())
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing, "footage is read on Linux only for now: the child processes need posix_spawn, wait4 and /proc");
        var (outputRead, outputWrite) = PosixProcess.MakePipe();
        var (errorRead, errorWrite) = PosixProcess.MakePipe();
        var (reportRead, reportWrite) = withReport ? PosixProcess.MakePipe() : (-1, -1);
        var (inputRead, inputWrite) = withInput ? PosixProcess.MakePipe() : (-1, -1);
        PosixProcess.WidenPipe(outputRead, PipeBytes);
        var failure = PosixProcess.Spawn(executable, arguments, inputRead, outputWrite, errorWrite, reportWrite, out var process);
        foreach (var descriptor in new[] { outputWrite, errorWrite, reportWrite, inputRead })
            if (descriptor >= 0) PosixProcess.Close(descriptor);
        if (failure != 0)
        {
            foreach (var descriptor in new[] { outputRead, errorRead, reportRead, inputWrite })
                if (descriptor >= 0) PosixProcess.Close(descriptor);
            throw NotStarted(executable, failure);
        }
        return new ChildProcess(process, limits, errors ?? new ErrorLines(), Open(outputRead, FileAccess.Read), Open(errorRead, FileAccess.Read),
            withReport ? Open(reportRead, FileAccess.Read) : null, withInput ? Open(inputWrite, FileAccess.Write) : null, cancellation);
    }

    /// <summary>Ends the child and whatever it started, at once.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            // After the wait the number may belong to somebody else.
            if (!_reaped) PosixProcess.KillGroup(_process);
        }
    }

    /// <exception cref="ClusterSearchException">footage.limit_exceeded, where a limit ended the child.</exception>
    public void ThrowIfLimitHit(string path)
    {
        if (LimitHit is { } limit)
            throw new ClusterSearchException(ErrorCodes.FootageLimit, $"{path}: ffmpeg was ended because it {limit}");
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _cancellation.DisposeAsync();
        await Exit;
        await _watch.DisposeAsync();
        // Closed by their readers' end of file; a blocked reader is woken by the child's death.
        await Output.DisposeAsync();
        if (Report is not null) await Report.DisposeAsync();
        try
        {
            if (Input is not null) await Input.DisposeAsync();
        }
        catch (IOException)
        {
            // The child went before it had read everything; its exit says why.
        }
    }

    private static FileStream Open(int descriptor, FileAccess access) =>
        new(new SafeFileHandle(descriptor, ownsHandle: true), access, bufferSize: 0, isAsync: false);

    private static ClusterSearchException NotStarted(string executable, int failure) => failure is Posix.NoSuchFile or Posix.AccessDenied
        ? new ClusterSearchException(ErrorCodes.EnvironmentMissing,
            $"'{executable}' was not found or may not be run; install ffmpeg 5 or later (Debian and Ubuntu: apt-get install ffmpeg) or name its path")
        : new ClusterSearchException(ErrorCodes.EnvironmentMissing, $"'{executable}' could not be started: system error {failure}") { IsTransient = true };

    private void NoteProgress() => Volatile.Write(ref _lastProgress, Environment.TickCount64);

    private void EmptyErrorsAndWait()
    {
        var buffer = new byte[4096];
        try
        {
            int count;
            while ((count = _error.Read(buffer)) > 0) Errors.Add(buffer.AsSpan(0, count));
        }
        catch (IOException)
        {
            // As good as the end.
        }
        Errors.EndLine();
        _error.Dispose();
        ChildExit exit;
        // Waited for without reaping, so that the number stays the child's until the lock is held.
        PosixProcess.WaitForEnd(_process);
        lock (_lock)
        {
            exit = PosixProcess.Reap(_process);
            _reaped = true;
        }
        _exit.SetResult(exit);
    }

    private void Watch()
    {
        if (_exit.Task.IsCompleted) return;
        var stalled = Environment.TickCount64 - Volatile.Read(ref _lastProgress) > _limits.StallTimeout.TotalMilliseconds
            && Volatile.Read(ref _waitingForCaller) == 0;
        if (stalled) Volatile.Write(ref _limitHit, $"showed no progress for {_limits.StallTimeout.TotalSeconds:0.#} s");
        else if (ResidentBytes() > _limits.MemoryBytes) Volatile.Write(ref _limitHit, $"took more than {_limits.MemoryBytes >> 20} MiB of memory");
        else return;
        Kill();
    }

    private long ResidentBytes()
    {
        try
        {
            // "size resident shared …" in pages.
            var fields = File.ReadAllText($"/proc/{_process}/statm").Split(' ');
            return long.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return 0;
        }
    }

    /// <summary>Whatever the child writes is progress.</summary>
    private sealed class ProgressStream(ChildProcess child, FileStream pipe) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            var count = pipe.Read(buffer);
            child.NoteProgress();
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) pipe.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>How a child ended.</summary>
/// <param name="Code">Exit status; null when a signal ended it.</param>
/// <param name="Signal">The signal; null when it ended by itself.</param>
/// <param name="ProcessorTime">User and system.</param>
/// <param name="PeakMemoryBytes">Largest resident set.</param>
internal readonly record struct ChildExit(int? Code, int? Signal, TimeSpan ProcessorTime, long PeakMemoryBytes)
{
    public bool Succeeded => Code == 0;

    public override string ToString() => Signal is { } signal ? $"signal {signal}" : $"exit status {Code}";
}

/// <summary>What a child may take.</summary>
internal sealed record ChildLimits(TimeSpan StallTimeout, long MemoryBytes)
{
    public static TimeSpan WatchInterval { get; } = TimeSpan.FromMilliseconds(50);
}
