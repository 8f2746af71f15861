using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Watching;

/// <summary>
/// Watches directories and registers what appears, once it is whole; recordings that go on growing are followed chunk by chunk.
/// Writes ledger rows only: the work is <see cref="IWatchWork"/>'s.
/// <para>
/// Normal operation: one loop, woken by hints, by files that come due and by the next scan. A new file settles until size and
/// time stand still and nobody writes it; then it is registered, beside the loop. One that fails is tried again when it
/// changes, and after a minute, two, four, up to an hour.
/// </para>
/// <para>
/// Crash: the ledger holds what was registered; the next watch knows files by place, size and time, goes on with recordings
/// that it followed, and misses files that went while nobody watched.
/// </para>
/// </summary>
internal sealed class WatchRun : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(1);

    private readonly ArchivePorts _ports;
    private readonly PlaceBook _places;
    private readonly WatchRequest _request;
    private readonly IWatchWork _work;
    private readonly IWatchObserver _observer;
    private readonly GrowingContext _growing;
    private readonly IReadOnlyList<string> _roots;
    private readonly ChangeHints _hints = new();
    private readonly WatchedFiles _files;
    private readonly FileRegistrar _registrar;
    private readonly List<VideoId> _toPrune = [];
    private readonly RecordingFollower _follower;
    private readonly long _startedAt;
    private long _scanAt;
    private long _statusAt;
    private WatchStatus? _status;
    private int _registered, _forgotten;

    public WatchRun(ArchivePorts ports, PlaceBook places, WatchRequest request, EncodingRecord encoding, IWatchWork work, IWatchObserver observer)
    {
        (_ports, _places, _request, _work, _observer) = (ports, places, request, work, observer);
        _roots = [.. request.Ingest.Paths.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))).Distinct(StringComparer.Ordinal)];
        _growing = new GrowingContext(ports, places, request.Ingest, encoding.Encoding, request.GrowingChunkDuration, work);
        _files = new WatchedFiles(ports.Catalog, places, encoding.Encoding.Id, _roots, observer, ports.Time);
        _registrar = new FileRegistrar(new FileRegistration(ports, places, request.Ingest, encoding.Encoding.Id, encoding.Encoding.Sampling), _hints.Nudge);
        _follower = new RecordingFollower(_growing, request, observer);
        _startedAt = _scanAt = ports.Time.GetTimestamp();
    }

    /// <summary>Watches until it is cancelled, which is its normal end, or, once only, until everything is taken in.</summary>
    /// <param name="isStopped">Whether the cancellation is the stop that was asked for.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<WatchReport> RunAsync(Func<bool> isStopped, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // All roots now: later only readers use the book, from any thread.
        foreach (var root in _roots) await _places.FindOrRegisterAsync(new DiscoveredFile(Path.Combine(root, "any"), root), cancellation);
        var registering = Task.Run(() => _registrar.RunAsync(stop.Token), CancellationToken.None);
        try
        {
            while (!await TurnAsync(registering, stop.Token))
            {
            }
        }
        catch (OperationCanceledException) when (isStopped())
        {
            // The normal end.
        }
        finally
        {
            await stop.CancelAsync();
            await registering.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        await TakeRegisteredAsync(CancellationToken.None);
        return new WatchReport(_registered, _follower.Closed, _forgotten,
            [.. _files.All.Where(file => file is { State: WatchedState.Failed, Said: not null }).OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => file.Failure!)],
            await StatusAsync(CancellationToken.None), _ports.Time.GetElapsedTime(_startedAt));
    }

    public void Dispose() => _hints.Dispose();

    private long Now => _ports.Time.GetTimestamp();

    /// <returns>Whether the watch is over.</returns>
    private async Task<bool> TurnAsync(Task registering, CancellationToken cancellation)
    {
        if (registering.IsFaulted) await registering;
        try
        {
            await LookAsync(cancellation);
            await TakeRegisteredAsync(cancellation);
            await SettleAsync(cancellation);
            await _follower.GrowAsync(_files.All, cancellation);
            await PruneAsync(cancellation);
            await ReportAsync(cancellation);
        }
        catch (ClusterSearchException fault) when (fault.IsTransient || fault.Code == ErrorCodes.ArchiveDiskFull)
        {
            _observer.Happened(new WatchEvent(WatchEventKind.Waiting, "", fault.Message, fault.Code));
            await Task.Delay(TimeSpan.FromSeconds(5), _ports.Time, cancellation);
        }
        if (_request.Once && IsQuiet())
        {
            await _work.WhenIdleAsync(cancellation);
            return true;
        }
        await Task.Delay(Pause, _ports.Time, cancellation);
        await _hints.WaitAsync(Wait(), cancellation);
        return false;
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var hints = _hints.Take();
        var isScanDue = hints is null;
        foreach (var path in hints ?? [])
            isScanDue |= !await _files.LookAsync(path, cancellation);
        // A hint that only a scan explains does not wait for the next one, but scans have their price.
        if (isScanDue) _scanAt = Math.Min(_scanAt, Now + _ports.Time.Ticks(TimeSpan.FromSeconds(1)));
        if (Now < _scanAt) return;
        var begunAt = Now;
        foreach (var gone in await _files.ScanAsync(_hints, cancellation)) await ForgetAsync(gone, cancellation);
        var took = _ports.Time.GetElapsedTime(begunAt);
        _scanAt = Now + _ports.Time.Ticks(took * 10 > _request.Rescan ? took * 10 : _request.Rescan);
    }

    private async Task TakeRegisteredAsync(CancellationToken cancellation)
    {
        foreach (var (file, video, fault) in _registrar.Take())
        {
            if (video is not null)
            {
                if (file.State == WatchedState.Queued) file.State = WatchedState.Done;
                file.Attempts = 0;
                file.Said = null;
                if (video.Outcome != FileOutcome.Known)
                {
                    _registered++;
                    _observer.Happened(new WatchEvent(WatchEventKind.Registered, file.Path, video.Outcome == FileOutcome.Moved ? "known footage at another place" : null));
                }
                await _growing.RemoveDisplacedAsync(video.Displaced, cancellation);
                _work.Wake();
            }
            else
            {
                Fail(file, fault!);
            }
        }
    }

    private void Fail(WatchedFile file, ClusterSearchException fault)
    {
        if (file.State == WatchedState.Queued) file.State = WatchedState.Failed;
        var retry = fault.Code.StartsWith("footage.", StringComparison.Ordinal)
            ? TimeSpan.FromTicks(Math.Min(LongestRetry.Ticks, FirstRetry.Ticks << Math.Min(file.Attempts++, 10)))
            : TimeSpan.FromSeconds(15);
        file.DueAt = Now + _ports.Time.Ticks(retry);
        file.Say(fault, _observer);
    }

    /// <summary>Registers what stands still, follows what does not.</summary>
    private async Task SettleAsync(CancellationToken cancellation)
    {
        var still = new List<WatchedFile>();
        foreach (var file in _files.All.Where(file => file.State is WatchedState.Settling or WatchedState.Failed && file.DueAt <= Now).ToList())
        {
            // Gone: the next scan says so.
            if (!file.Look(Now)) continue;
            if (file.State == WatchedState.Failed)
            {
                Queue(file);
                continue;
            }
            if (await _follower.TryFollowAsync(file, cancellation)) continue;
            if (_ports.Time.GetElapsedTime(file.ChangedAt) >= _request.Settle) still.Add(file);
            else file.DueAt = NextLook(file);
        }
        if (still.Count == 0) return;
        var written = OpenWriters.Among(still.Select(file => file.Path).ToHashSet(StringComparer.Ordinal));
        foreach (var file in still)
        {
            file.IsWritten = written.Contains(file.Path);
            if (file.IsWritten) file.DueAt = Now + _ports.Time.Ticks(_request.Settle);
            else Queue(file);
        }
    }

    /// <summary>When it may stand still, or when it has grown for so long that it is worth following.</summary>
    private long NextLook(WatchedFile file)
    {
        var settled = file.ChangedAt + _ports.Time.Ticks(_request.Settle);
        var follow = file.SeenAt + _ports.Time.Ticks(_request.GrowingChunkDuration);
        return follow > Now && file.HasChanged ? Math.Min(settled, follow) : settled;
    }

    private void Queue(WatchedFile file)
    {
        file.State = WatchedState.Queued;
        _registrar.Add(file);
    }

    private async Task ForgetAsync(WatchedFile file, CancellationToken cancellation)
    {
        if (file.Recording is { IsPlanned: true } recording) await recording.LeaveAsync(cancellation);
        if (_places.Find(file.Path) is not { } place) return;
        await _ports.Catalog.ClearFailureAsync(place, cancellation);
        if (await _ports.Catalog.FindPlaceAsync(place, cancellation) is not { } known) return;
        await _ports.Catalog.ForgetPlaceAsync(place, cancellation);
        _forgotten++;
        _observer.Happened(new WatchEvent(WatchEventKind.Forgotten, file.Path));
        if (_request.Prune) _toPrune.Add(known.Video);
    }

    /// <summary>Only while nothing settles: a file that was renamed is new under its other name first.</summary>
    private async Task PruneAsync(CancellationToken cancellation)
    {
        if (_toPrune.Count == 0 || _files.All.Any(file => file.State is WatchedState.Settling or WatchedState.Queued)) return;
        foreach (var id in _toPrune) await _growing.RemoveDisplacedAsync(id, cancellation);
        _toPrune.Clear();
    }

    private async Task ReportAsync(CancellationToken cancellation)
    {
        if (_status is not null && _ports.Time.GetElapsedTime(_statusAt) < StatusInterval) return;
        _statusAt = Now;
        var status = await StatusAsync(cancellation);
        if (_status is { } known && known with { Ledger = status.Ledger } == status && IsSame(known.Ledger, status.Ledger)) return;
        _status = status;
        _observer.Report(status);

        static bool IsSame(LedgerStatus left, LedgerStatus right) =>
            left.Samples == right.Samples && left.Videos == right.Videos && left.Chunks.All(chunk => right.Chunks[chunk.Key] == chunk.Value);
    }

    private async Task<WatchStatus> StatusAsync(CancellationToken cancellation)
    {
        var counts = _files.All.CountBy(file => file.State).ToDictionary();
        return new WatchStatus(_files.All.Count,
            counts.GetValueOrDefault(WatchedState.Settling) + counts.GetValueOrDefault(WatchedState.Queued),
            counts.GetValueOrDefault(WatchedState.Growing), counts.GetValueOrDefault(WatchedState.Failed),
            await _ports.Catalog.StatusAsync(_growing.Encoding.Id, cancellation));
    }

    /// <summary>Whether everything that was found is taken in, failed, or seen to be still in the writing.</summary>
    private bool IsQuiet() => _files.All.All(file => file.State switch
    {
        WatchedState.Settling => file.HasChanged || file.IsWritten,
        WatchedState.Growing => file.HasChanged,
        WatchedState.Queued => false,
        _ => true,
    });

    private TimeSpan Wait()
    {
        var next = _scanAt;
        foreach (var file in _files.All)
        {
            if (file.State is WatchedState.Settling or WatchedState.Failed or WatchedState.Growing) next = Math.Min(next, file.DueAt);
        }
        var wait = _ports.Time.GetElapsedTime(Now, next);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > _request.Rescan ? _request.Rescan : wait;
    }
}
