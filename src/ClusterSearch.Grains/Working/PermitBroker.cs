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
/// <param name="offer">Offers a permit to a video.</param>
internal sealed class PermitBroker(
    ArchivePorts ports, SiloWorkOptions options, Encoders encoders, Permits permits, WorkerPulse pulse, WorkLimits limits,
    Func<VideoId, Guid, Encoders.Entry, CancellationToken, Task<OfferAnswer>> offer)
{
    private const string WorkCause = "work";
    private const string LimitCause = "this machine";

    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromMilliseconds(100);

    /// <summary>A video that had nothing is not asked again for so long, unless a hint came.</summary>
    private static readonly TimeSpan RefusalRemembered = TimeSpan.FromSeconds(1);

    /// <summary>A video that did not answer stands on a silo that is gone, as will be known soon. The others must not wait for it.</summary>
    private static readonly TimeSpan SilenceRemembered = TimeSpan.FromSeconds(10);

    private readonly WorkSignal _signal = new();
    private readonly Dictionary<(string Encoding, VideoId Video), (long At, TimeSpan For)> _refused = [];
    private readonly TransientRetry _afterFaults = new(ports.Time);
    private VideoId? _alone;
    private Failure? _fault;
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

    /// <summary>Work failed by no fault of its chunk: a little is waited before the next, longer each time until some work is done.</summary>
    public void Failed(Failure fault)
    {
        Volatile.Write(ref _fault, fault);
        _signal.Give();
    }

    /// <summary>A chunk was done, well or not.</summary>
    public void Succeeded() => _afterFaults.Reset();

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
                if (Interlocked.Exchange(ref _fault, null) is { } fault)
                {
                    await PauseAsync(fault, _afterFaults, stop);
                    continue;
                }
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
            catch (ClusterSearchException refusal)
            {
                await PauseAsync(new Failure(refusal.Code, refusal.Message), retry, stop);
            }
            catch (Exception unknown) when (unknown is not OutOfMemoryException)
            {
                // Through a cluster comes any fault of any silo; whatever was on its way, the ledger knows.
                await PauseAsync(new Failure(ErrorCodes.ClusterUnreachable, unknown.Message.ReplaceLineEndings(" ")), retry, stop);
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
        // Permits have no order: the next one is as many as are out.
        var hindrance = limits.Hindrance(pulse.Busy, pulse.Busy);
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
                encoders.LookAgain();
                foreach (var (key, refusal) in _refused.ToList())
                    if (refusal.For == RefusalRemembered) _refused.Remove(key);
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
            if (_refused.TryGetValue((id, video), out var refusal) && ports.Time.GetElapsedTime(refusal.At) < refusal.For) continue;
            var answer = await offer(video, permit, encoder, stop);
            if (answer == OfferAnswer.Taken)
            {
                _refused.Remove((id, video));
                return true;
            }
            _refused[(id, video)] = (ports.Time.GetTimestamp(), answer == OfferAnswer.Refused ? RefusalRemembered : SilenceRemembered);
            if (stop.IsCancellationRequested) return false;
        }
        return false;
    }
}

/// <summary>What a video says to an offer.</summary>
internal enum OfferAnswer
{
    /// <summary>It claimed a chunk, and has it done.</summary>
    Taken,

    /// <summary>It has nothing for it now.</summary>
    Refused,

    /// <summary>None came. If it took the permit all the same, its order finds the permit begun or gone, and gives its lease back.</summary>
    None,
}
