using ClusterSearch.Archive;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Grains.Working;

/// <summary>
/// Offers a silo's free places to videos, in the ledger's order.
/// <para>
/// Normal operation: while a place is free and the ledger has something for a model that is loaded here, the place is offered to
/// one video after the other until one takes it. The ledger is looked at when a place becomes free, when a hint comes, and every
/// two seconds anyway. Nothing is remembered but what a look at the ledger would tell again.
/// Crash of whoever took a permit: it expires. Crash of this silo: its leases lapse. Catalogue away, disk nearly full, load too
/// high: nothing is offered until that is over. Stop: nothing more is offered.
/// A suspect chunk, one that crashed its worker before, is done alone: places are held back until all are free, then the video
/// is offered the whole silo.
/// </para>
/// </summary>
/// <param name="ports">The adapters.</param>
/// <param name="options">Of the silo.</param>
/// <param name="encoders">Models that are loaded here.</param>
/// <param name="permits">The places.</param>
/// <param name="pulse">Told what holds the silo up.</param>
/// <param name="limits">What the machine can take.</param>
/// <param name="offer">Offers a permit to a video; false when the video has nothing for it. May throw whatever a call through a cluster may.</param>
internal sealed class PermitBroker(
    ArchivePorts ports, SiloWorkOptions options, Encoders encoders, Permits permits, WorkerPulse pulse, WorkLimits limits,
    Func<VideoId, Guid, Encoders.Entry, CancellationToken, Task<bool>> offer)
{
    private const string WorkCause = "work";
    private const string LimitCause = "this machine";

    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromMilliseconds(100);

    /// <summary>A video that had nothing is not asked again for so long, unless a hint came.</summary>
    private static readonly TimeSpan RefusalRemembered = TimeSpan.FromSeconds(1);

    private readonly WorkSignal _signal = new();
    private readonly Dictionary<(string Encoding, VideoId Video), long> _refused = [];
    private VideoId? _alone;
    private volatile string? _hindrance;
    private volatile bool _wasNudged;

    public string? Hindrance => _hindrance;

    /// <summary>Says that there may be something to do.</summary>
    public void Nudge()
    {
        _wasNudged = true;
        _signal.Give();
    }

    /// <summary>A place became free.</summary>
    public void Freed() => _signal.Give();

    /// <summary>A video has a chunk that must be done alone.</summary>
    public void AskAlone(VideoId video)
    {
        _alone = video;
        _signal.Give();
    }

    /// <summary>Until a stop is asked for.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var retry = new TransientRetry(ports.Time);
        var idle = ShortestIdle;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var hasGiven = !IsHindered() && await OfferOneAsync(stop);
                retry.Reset();
                pulse.Free(WorkCause);
                pulse.Idle();
                idle = hasGiven ? ShortestIdle : idle * 1.5 < LongestIdle ? idle * 1.5 : LongestIdle;
                if (!hasGiven) await _signal.WaitAsync(idle, ports.Time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (ClusterSearchException fault) when (PassingFaults.Include(fault))
            {
                await PauseAsync(new Failure(fault.Code, fault.Message), retry, stop);
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException or OperationCanceledException)
            {
                // The cluster is changing; whatever was on its way, the ledger knows.
                await PauseAsync(new Failure(ErrorCodes.ClusterUnreachable, fault.Message.ReplaceLineEndings(" ")), retry, stop);
            }
        }
    }

    private async Task PauseAsync(Failure failure, TransientRetry retry, CancellationToken stop)
    {
        pulse.Hinder(WorkCause, failure);
        _hindrance = failure.Message;
        await Task.WhenAny(retry.WaitAsync(stop));
    }

    private bool IsHindered()
    {
        var hindrance = limits.Hindrance();
        _hindrance = hindrance?.Message;
        if (hindrance is null) pulse.Free(LimitCause);
        else pulse.Hinder(LimitCause, hindrance);
        return hindrance is not null;
    }

    /// <returns>Whether a place was taken.</returns>
    private async Task<bool> OfferOneAsync(CancellationToken stop)
    {
        var alone = _alone;
        if (permits.TryTake(options.Work.LeaseDuration, isAlone: alone is not null) is not { } permit) return false;
        var isTaken = false;
        try
        {
            if (_wasNudged)
            {
                _wasNudged = false;
                _refused.Clear();
            }
            foreach (var encoder in await encoders.ListAsync(stop))
            {
                isTaken = await OfferAsync(encoder, permit, alone, stop);
                if (isTaken) break;
            }
            if (alone is not null) _alone = null;
            return isTaken;
        }
        finally
        {
            if (!isTaken) permits.Return(permit);
        }
    }

    private async Task<bool> OfferAsync(Encoders.Entry encoder, Guid permit, VideoId? alone, CancellationToken stop)
    {
        var id = encoder.Encoding.Encoding.Id;
        var candidates = alone is { } only ? [only] : ClaimCandidates.Order(
            await ports.Catalog.ListPlansAsync(id, stop), options.Work.Order, encoder.Model.EncoderFingerprint, options.Work.AllowMixedEncoders);
        foreach (var video in candidates)
        {
            if (_refused.TryGetValue((id, video), out var at) && ports.Time.GetElapsedTime(at) < RefusalRemembered) continue;
            if (await offer(video, permit, encoder, stop))
            {
                _refused.Remove((id, video));
                return true;
            }
            _refused[(id, video)] = ports.Time.GetTimestamp();
            if (stop.IsCancellationRequested) return false;
        }
        return false;
    }
}
