using System.Threading.Channels;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Decoding;

/// <summary>
/// One decoding ffmpeg. Two threads read its two pipes: the report without limit (a few bytes a frame), the pictures only as
/// far ahead as the caller has taken them; the full pipe then holds ffmpeg back.
/// </summary>
internal sealed class DecodeRun : IAsyncDisposable
{
    private readonly PixelPool _pool;
    private readonly DecodeJob _job;
    private readonly SeekPlan _plan;
    private readonly ChildProcess _child;
    private readonly CancellationToken _cancellation;
    private readonly Channel<ReportLine> _report = Channel.CreateUnbounded<ReportLine>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly Channel<byte[]> _pictures = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim _room;
    private readonly EdgeTracker _tracker = new();
    private readonly KeyframeChanges _changes = new();
    private readonly Queue<long> _announced = new();
    private readonly Task _readers;
    private bool _stopping;
    private bool _stopped;
    private long _decodedFrames;
    private long _lastAdvanced = -1;
    private ChildExit _exit;

    private DecodeRun(FfmpegTools tools, PixelPool pool, DecodeJob job, SeekPlan plan, ChildProcess child, CancellationToken cancellation)
    {
        _pool = pool;
        _job = job;
        _plan = plan;
        _child = child;
        _cancellation = cancellation;
        _room = new SemaphoreSlim(tools.Options.FramesAhead);
        _readers = Task.WhenAll(BlockingThread.Run("ffmpeg report", ReadReport), BlockingThread.Run("ffmpeg pictures", ReadPictures));
    }

    public static DecodeRun Start(FfmpegTools tools, PixelPool pool, DecodeJob job, SeekPlan plan, CancellationToken cancellation)
    {
        var request = job.Request;
        var arguments = DecodeCommand.Build(tools, job.Ffmpeg, request.Path, request.Facts, plan, job.Graph(), ["-flush_packets", "1", "-f", "rawvideo", "pipe:1"],
            job.KeyframesOnly, request.HardwareAcceleration, FfmpegTools.Levelled);
        // Decoders complain about what lacks its references just after a seek, and of what comes before the range others tell.
        long? from = plan != SeekPlan.Beginning ? plan.SafeTicks
            : job.Range.First > 0 ? request.Grid.InstantTicks(job.Range.First - 1)
            : ContainerFormats.IsIndexed(request.Facts.Container) ? null : request.Facts.StartTicks;
        // Trying one hardware interface after another is no damage.
        var complaints = new ComplaintWindow(from, job.IsUniform ? job.LastTicks + 1 : job.LastTicks, line => request.HardwareAcceleration is "auto"
            && (line.StartsWith("AVHWDeviceContext", StringComparison.Ordinal) || line.StartsWith("Device creation failed", StringComparison.Ordinal)));
        var errors = new ErrorLines { Reading = complaints.Read };
        return new DecodeRun(tools, pool, job, plan, ChildProcess.Start(tools.Options.FfmpegPath, arguments, tools.Limits, cancellation, withReport: true, errors: errors), cancellation);
    }

    /// <summary>Whether the seek landed where it was meant to, known before any frame is handed out.</summary>
    public async Task<bool> BeginsAsPlannedAsync()
    {
        var check = new SeekCheck(_plan);
        while (check.Verdict is null && await NextLineAsync() is { } line)
            if (!line.IsSample) check.Observe(line.Time);
        if (check.Verdict is { } verdict) return verdict;
        _cancellation.ThrowIfCancellationRequested();
        _child.ThrowIfLimitHit(_job.Request.Path);
        return false;
    }

    /// <summary>The sample after the last one that was handed out.</summary>
    public long Next { get; private set; }

    /// <summary>
    /// The frames of the range in order, until the range or the video ends; where only key frames are decoded, until one is left out.
    /// </summary>
    public async IAsyncEnumerable<SampledFrame> FramesAsync()
    {
        Next = _job.Range.First;
        var ended = false;
        while (true)
        {
            _cancellation.ThrowIfCancellationRequested();
            while (_announced.TryPeek(out var reported) && (ended || IsComplete(reported)))
            {
                _announced.Dequeue();
                if (await NextPictureAsync() is not { } pixels) yield break;
                var number = _job.Number(reported);
                var timing = number >= _job.FirstPicture ? Timing(number.Value, pixels) : null;
                if (timing is null || number < Next)
                {
                    _pool.Return(pixels);
                    continue;
                }
                if (_job.KeyframesOnly && (number > Next || (number > 0 && !_changes.Follows)))
                {
                    _pool.Return(pixels);
                    yield break;
                }
                Next = number!.Value + 1;
                yield return new SampledFrame(timing.Value, number.Value, new RgbImage(_job.Width, _job.Height, pixels), image => _pool.Return(image.Pixels));
                if (Next == _job.Range.End) yield break;
            }
            if (ended) yield break;
            ended = await NextLineAsync() is null;
        }

        // A uniform sample's edge is known once a frame after its instant was seen, a listed frame's with itself.
        bool IsComplete(long reported) => _tracker.HasPassed(_job.IsUniform ? _job.Request.Grid.InstantTicks(reported) : reported - 1);
    }

    /// <summary>Ends ffmpeg, if it has not ended, and the readers with it.</summary>
    public async Task StopAsync()
    {
        if (_stopped) return;
        _stopped = true;
        var endedByItself = _report.Reader.Completion.IsCompleted && _pictures.Reader.Completion.IsCompleted;
        if (!endedByItself)
        {
            Volatile.Write(ref _stopping, true);
            _child.Kill();
            _room.Release();
        }
        _exit = await _child.Exit;
        // Another signal than ours is a crash that came before it.
        if (_stopping && _exit.Signal is null or Posix.SignalKill) _exit = _exit with { Code = 0, Signal = null };
        await _readers;
        while (_pictures.Reader.TryRead(out var pixels)) _pool.Return(pixels);
    }

    /// <exception cref="ClusterSearchException">When a limit or a crash ended it.</exception>
    public void ThrowIfEnded(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var path = _job.Request.Path;
        _child.ThrowIfLimitHit(path);
        if (_exit.Signal is { } signal)
            throw new ClusterSearchException(ErrorCodes.FootageDecoderCrashed, $"{path}: ffmpeg was ended by signal {signal} after {_decodedFrames} frames");
    }

    /// <exception cref="ClusterSearchException">When a limit or a crash ended it, or nothing at all could be decoded.</exception>
    public void ThrowIfFailed(CancellationToken cancellation)
    {
        ThrowIfEnded(cancellation);
        var path = _job.Request.Path;
        if (_decodedFrames > 0) return;
        if (_job.Request.HardwareAcceleration is { } hardware && _child.Errors.Mentions("Unrecognized hwaccel"))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"this ffmpeg knows no hardware decoder '{hardware}': {_child.Errors.Summary}");
        if (_job.Request.HardwareAcceleration is { } device && (_child.Errors.Mentions("Device creation failed") || _child.Errors.Mentions("Device setup failed")))
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing,
                $"the hardware decoder '{device}' cannot be used on this machine (use 'auto' or none): {_child.Errors.Summary}");
        throw new ClusterSearchException(ErrorCodes.FootageDecode,
            $"{path}: not one frame of the video stream ({_job.Request.Facts.Codec}) can be decoded, ffmpeg ended with {_exit}: {_child.Errors.Summary}");
    }

    /// <summary>Adds what this run found out about the footage.</summary>
    public void Describe(DecodeTrace trace, long missing, long wanted)
    {
        trace.MissingSamples += missing;
        var complaints = _child.Errors.Count;
        if (complaints > 0) trace.Damaged = true;
        var parts = new List<string>();
        if (complaints > 0) parts.Add(_child.Errors.First + (complaints > 1 ? $" (and {complaints - 1} more such messages)" : string.Empty));
        if (missing > 0) parts.Add($"{missing} of {wanted} samples could not be decoded");
        if (parts.Count > 0) trace.Warning ??= string.Join("; ", parts);
    }

    public void AddCost(DecodeTrace trace)
    {
        trace.DecodedFrames += _decodedFrames;
        trace.ProcessorTime += _exit.ProcessorTime;
        trace.PeakMemoryBytes = Math.Max(trace.PeakMemoryBytes, _exit.PeakMemoryBytes);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _child.DisposeAsync();
        _room.Dispose();
    }

    private async ValueTask<ReportLine?> NextLineAsync()
    {
        if (!await _report.Reader.WaitToReadAsync() || !_report.Reader.TryRead(out var line)) return null;
        if (line.IsSample)
        {
            _announced.Enqueue(line.Time);
            return line;
        }
        _decodedFrames++;
        _tracker.Add(line);
        return line;
    }

    private async ValueTask<byte[]?> NextPictureAsync()
    {
        if (!await _pictures.Reader.WaitToReadAsync() || !_pictures.Reader.TryRead(out var pixels)) return null;
        _room.Release();
        return pixels;
    }

    private SampleTiming? Timing(long number, byte[] pixels)
    {
        var grid = _job.Request.Grid;
        if (_job.IsKeyframes)
        {
            var ticks = grid.InstantTicks(number);
            var strength = _changes.Add(number, new RgbImage(_job.Width, _job.Height, pixels));
            return new SampleTiming(ticks, ticks, strength);
        }
        // The window of an edge begins with the sample before, also where that one is not delivered.
        if (number > 0 && _lastAdvanced != number - 1) _tracker.Advance(grid.InstantTicks(number - 1));
        _lastAdvanced = number;
        return _tracker.Advance(grid.InstantTicks(number));
    }

    private void ReadReport()
    {
        try
        {
            FrameReport.Read(_child.Report!, line => _report.Writer.TryWrite(line));
        }
        finally
        {
            _report.Writer.Complete();
        }
    }

    private void ReadPictures()
    {
        var length = _job.Width * _job.Height * 3;
        try
        {
            while (true)
            {
                if (!_room.Wait(0))
                {
                    _child.WaitingForCaller = true;
                    _room.Wait();
                    _child.WaitingForCaller = false;
                }
                if (Volatile.Read(ref _stopping)) return;
                var pixels = _pool.Rent(length);
                if (_child.Output.ReadAtLeast(pixels, length, throwOnEndOfStream: false) < length)
                {
                    _pool.Return(pixels);
                    return;
                }
                _pictures.Writer.TryWrite(pixels);
            }
        }
        finally
        {
            _pictures.Writer.Complete();
        }
    }
}
