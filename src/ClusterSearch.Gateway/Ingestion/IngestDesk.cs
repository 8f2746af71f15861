using System.Collections.Concurrent;
using System.Threading.Channels;
using ClusterSearch.Archive;
using ClusterSearch.Contract;
using ClusterSearch.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Gateway.Ingestion;

/// <summary>Ingest jobs of this gateway, one after the other, and what is known of the one that runs. A job that fails does not stop the next.</summary>
internal sealed class IngestDesk(IIngestion ingestion, IWorking working, ILogger log, TimeProvider time) : BackgroundService
{
    public const int MaximumWaiting = 1000;
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(250);

    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(MaximumWaiting);
    private readonly JobBook _book = new();
    private readonly ConcurrentDictionary<Channel<ProgressDocument>, byte> _listeners = new();
    private readonly ConcurrentDictionary<string, FileFailure> _failures = new(StringComparer.Ordinal);
    private volatile IngestProgress? _latest;
    private volatile bool _isRunning;
    private long _toldAt;
    private bool _isPaused;

    /// <summary>Faults of jobs' files since the start, the last of each path.</summary>
    public IReadOnlyCollection<FileFailure> Failures => [.. _failures.Values];

    /// <returns>The job's name.</returns>
    /// <exception cref="Hosting.GatewayException">429 when too many wait.</exception>
    public string Enqueue(IngestRequest request)
    {
        var job = new Job(_book.Open(), request);
        if (_jobs.Writer.TryWrite(job)) return job.Name;
        _book.Forget(job.Name);
        throw new Hosting.GatewayException(Problem.Of(429, "limit.busy", $"{MaximumWaiting} ingest jobs wait already; try again when some are done"));
    }

    /// <returns>Null for a job that is not known, or not any more.</returns>
    public JobStateDocument? Find(string job) => _book.Find(job, State());

    public async Task<ProgressDocument> StateAsync(CancellationToken cancellation)
    {
        _isPaused = (await working.StatusAsync(cancellation)).IsPaused;
        return State();
    }

    /// <summary>The state now, then each that follows; one who reads too slowly misses some, never the last.</summary>
    public async IAsyncEnumerable<ProgressDocument> FollowAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<ProgressDocument>(new BoundedChannelOptions(4) { FullMode = BoundedChannelFullMode.DropOldest });
        _listeners[channel] = 0;
        try
        {
            yield return await StateAsync(cancellation);
            await foreach (var state in channel.Reader.ReadAllAsync(cancellation)) yield return state;
        }
        finally
        {
            _listeners.TryRemove(channel, out _);
        }
    }

    public async Task SetPausedAsync(bool isPaused, CancellationToken cancellation)
    {
        await working.SetPausedAsync(isPaused, cancellation);
        _isPaused = isPaused;
        Tell();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var job in _jobs.Reader.ReadAllAsync(stoppingToken))
        {
            _latest = null;
            _isRunning = true;
            _book.Run(job.Name);
            Tell();
            try
            {
                var report = await ingestion.IngestAsync(job.Request, new Listener(this), stoppingToken);
                ForgetFailuresBelow(job.Request.Paths);
                foreach (var failure in report.Failures) _failures[failure.Path] = failure;
                _book.Finish(job.Name, report);
            }
            catch (ClusterSearchException fault)
            {
                Fail(job, fault);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // The next job is none the worse for it.
                log.LogError(fault, "An ingest job failed");
                Fail(job, new ClusterSearchException("internal", "a fault of the gateway itself; its log says more", fault));
            }
            finally
            {
                _isRunning = false;
                Tell();
            }
        }
    }

    private void Fail(Job job, ClusterSearchException fault)
    {
        var path = job.Request.Paths.Count > 0 ? job.Request.Paths[0] : "";
        _failures[path] = new FileFailure(path, fault.Code, fault.Message);
        _book.Fail(job.Name, fault);
    }

    /// <summary>What a job looked at again speaks for itself.</summary>
    private void ForgetFailuresBelow(IReadOnlyList<string> paths)
    {
        foreach (var failed in _failures.Keys)
            if (paths.Any(path => failed == path || failed.StartsWith(Path.TrimEndingDirectorySeparator(path) + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
                _failures.TryRemove(failed, out _);
    }

    private ProgressDocument State() => _latest is { } p
        ? new ProgressDocument(_isRunning, _isPaused, p.Stage.ToString().ToLowerInvariant(), p.SecondsDone, p.SecondsTotal, p.TimesRealTime,
            p.TimeLeft?.TotalSeconds, p.Videos, p.VideosDone, p.Note, _jobs.Reader.Count, p.Failures)
        : new ProgressDocument(_isRunning, _isPaused, _isRunning ? "discovering" : "done", 0, 0, 0, null, 0, 0, null, _jobs.Reader.Count, 0);

    private void Tell()
    {
        var state = State();
        foreach (var (listener, _) in _listeners) listener.Writer.TryWrite(state);
    }

    private void Hear(IngestProgress progress)
    {
        _latest = progress;
        var told = Interlocked.Read(ref _toldAt);
        if (told != 0 && time.GetElapsedTime(told) < TellEvery) return;
        if (Interlocked.CompareExchange(ref _toldAt, time.GetTimestamp(), told) == told) Tell();
    }

    private sealed record Job(string Name, IngestRequest Request);

    private sealed class Listener(IngestDesk desk) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value) => desk.Hear(value);
    }
}
