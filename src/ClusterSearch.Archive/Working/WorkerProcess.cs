using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Archive.Working;

/// <summary>
/// One worker process: slots that claim chunks and work them off, an aggregator that competes for the index, reports every
/// few seconds.
/// <para>
/// Normal operation: a slot claims from the first encoding that has something, works, commits, and claims again. A suspect
/// chunk, one that crashed its worker before, is worked on alone, so that it takes nobody's work with it.
/// Stop: nothing more is claimed, what is under way has the grace to finish, the rest is given back. Crash: leases lapse,
/// or the supervisor tells the catalogue at once. Catalogue away: chunks under way go on while their leases last, slots wait with
/// growing patience, and all goes on by itself. Disk nearly full, load too high: nothing is claimed until that is over.
/// </para>
/// </summary>
internal sealed class WorkerProcess(ArchivePorts ports, ArchiveOptions options, WorkRequest request, Action<string> tell)
{
    private const int MaximumSlots = 32;
    private const string WorkCause = "work";
    private const string LimitCause = "this machine";

    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(2);

    private readonly ILogger _log = ports.Logs.CreateLogger("ClusterSearch.Worker");
    private readonly WorkerPulse _pulse = new(tell, request.EarlierCrash);
    private readonly WorkLimits _limits = new(options, request);
    private readonly SoloGate _gate = new();
    private readonly SlotTuner? _tuner = request.Slots is null ? new SlotTuner(Math.Min(2, Environment.ProcessorCount), Math.Min(MaximumSlots, 2 * Environment.ProcessorCount)) : null;

    private int Slots => !request.Embeds ? 0 : request.Slots ?? _tuner!.Slots;

    /// <summary>Works until a stop is asked for and followed.</summary>
    /// <param name="stop">Claim nothing more; what is under way has the grace.</param>
    /// <param name="now">Give back what is under way.</param>
    /// <exception cref="ClusterSearchException">A lasting fault of the archive.</exception>
    public async Task RunAsync(CancellationToken stop, CancellationToken now)
    {
        var writer = ports.Writer ?? throw new ClusterSearchException(ErrorCodes.RequestInvalid,
            $"{options.Directory}: worker processes need a catalogue in PostgreSQL (--catalog \"Host=…;Database=…\"); with SQLite `clustersearch ingest` works by itself");
        using var encoders = new Encoders(ports, options, request, _pulse);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(now);
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(stop, now);
        var slotCount = !request.Embeds ? 0 : request.Slots ?? Math.Min(MaximumSlots, 2 * Environment.ProcessorCount);
        await using var reports = new WorkerReports(ports, _pulse, () => Slots);
        var parts = Enumerable.Range(0, slotCount).Select(slot => GuardAsync(() => SlotAsync(slot, encoders, broken.Token, end.Token), broken)).ToList();
        if (request.Aggregates) parts.Add(GuardAsync(() => new Aggregator(ports, writer, _pulse, new VideoAdvance(ports, _pulse).RunAsync).RunAsync(broken.Token), broken));
        if (_tuner is not null && request.Embeds) parts.Add(GuardAsync(() => TuneAsync(broken.Token), broken));
        await using (stop.Register(() =>
        {
            _pulse.Stopping();
            end.CancelAfter(request.Grace);
        }))
        {
            await Task.WhenAll(parts);
        }
    }

    private static Task GuardAsync(Func<Task> part, CancellationTokenSource broken) => Task.Run(async () =>
    {
        try
        {
            await part();
        }
        catch (OperationCanceledException) when (broken.IsCancellationRequested)
        {
            // Asked to.
        }
        catch (OutOfMemoryException fault)
        {
            // Nothing that follows could be trusted; the supervisor sees to the chunks that were held and to another process.
            Environment.FailFast("out of memory", fault);
        }
        catch
        {
            await broken.CancelAsync();
            throw;
        }
    }, CancellationToken.None);

    // ---- Slots ----

    /// <param name="slot">From 0.</param>
    /// <param name="encoders">Loaded models.</param>
    /// <param name="stop">Claim nothing more.</param>
    /// <param name="end">Give back what is under way.</param>
    private async Task SlotAsync(int slot, Encoders encoders, CancellationToken stop, CancellationToken end)
    {
        var retry = new TransientRetry(ports.Time);
        var idle = ShortPause;
        while (!stop.IsCancellationRequested)
        {
            if (slot >= Slots || IsHindered())
            {
                await Task.Delay(ShortPause, ports.Time, stop);
                continue;
            }
            bool hasWorked;
            try
            {
                hasWorked = await TurnAsync(slot, encoders, stop, end);
                retry.Reset();
                _pulse.Free(WorkCause);
                _pulse.Idle();
            }
            catch (ClusterSearchException fault) when (PassingFaults.Include(fault))
            {
                _log.LogWarning("{Message} ({Code})", fault.Message, fault.Code);
                _pulse.Hinder(WorkCause, fault);
                await retry.WaitAsync(stop);
                continue;
            }
            idle = hasWorked ? ShortPause : idle * 1.5 < LongestIdle ? idle * 1.5 : LongestIdle;
            if (!hasWorked) await Task.Delay(idle, ports.Time, stop);
        }
    }

    private bool IsHindered()
    {
        if (_limits.Hindrance() is { } hindrance)
        {
            _pulse.Hinder(LimitCause, hindrance);
            return true;
        }
        _pulse.Free(LimitCause);
        return false;
    }

    /// <returns>Whether there was a chunk.</returns>
    private async Task<bool> TurnAsync(int slot, Encoders encoders, CancellationToken stop, CancellationToken end)
    {
        await _gate.EnterAsync(stop);
        Action leave = _gate.Leave;
        try
        {
            if (await ClaimAsync(slot, encoders, stop) is not { } claim) return false;
            if (claim.Lease.IsSuspect)
            {
                // Not held while others finish: should one of them crash, this chunk is not to blame.
                await claim.Encoder.Work.ReleaseAsync(claim.Lease);
                // Between leaving and being alone it is not inside at all.
                leave = () => { };
                await _gate.EnterAloneAsync(stop);
                leave = _gate.LeaveAlone;
                if (await ClaimAsync(slot, encoders, stop) is not { } again) return true;
                claim = again;
            }
            await WorkAsync(slot, claim, stop, end);
            return true;
        }
        finally
        {
            leave();
        }
    }

    private async Task<Claim?> ClaimAsync(int slot, Encoders encoders, CancellationToken stop)
    {
        foreach (var encoder in await encoders.ListAsync(stop))
        {
            var askedAt = ports.Time.GetTimestamp();
            // Not cancelled: a lease whose answer nobody heard would lie idle until it lapses.
            var lease = await ports.Catalog.ClaimAsync(new ClaimRequest
            {
                EncodingId = encoder.Encoding.Encoding.Id,
                Worker = $"{_pulse.Name}/{slot}",
                LeaseDuration = request.LeaseDuration,
                EncoderFingerprint = encoder.Model.EncoderFingerprint,
                AllowMixedEncoders = request.AllowMixedEncoders,
                Order = request.Order,
            }, CancellationToken.None);
            if (lease is not null) return new Claim(lease, encoder, askedAt);
        }
        return null;
    }

    private async Task WorkAsync(int slot, Claim claim, CancellationToken stop, CancellationToken end)
    {
        var (lease, encoder, askedAt) = claim;
        encoder.Enter();
        _pulse.Begin(slot, $"chunk {lease.Chunk.Index} of {lease.Video.Value[..12]}{(lease.IsSuspect ? ", alone" : "")}");
        try
        {
            if (stop.IsCancellationRequested)
            {
                await encoder.Work.ReleaseAsync(lease);
                return;
            }
            _pulse.Count(await encoder.Work.RunAsync(lease, askedAt, end));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Given back.
        }
        finally
        {
            _pulse.End(slot);
            encoder.Leave();
        }
    }

    // ---- Slots by measurement ----

    private async Task TuneAsync(CancellationToken stop)
    {
        while (true)
        {
            var slots = _tuner!.Slots;
            var (chunks, seconds) = _pulse.Done;
            var started = ports.Time.GetTimestamp();
            // Long enough that each slot finished some.
            while (_pulse.Done.Chunks < chunks + 3 * slots)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), ports.Time, stop);
                if (!WorkLimits.HasMemoryFor(8 * slots) && slots > 1) slots = _tuner.GiveWay();
            }
            _tuner.Observe((_pulse.Done.Seconds - seconds) / ports.Time.GetElapsedTime(started).TotalSeconds, WorkLimits.HasMemoryFor(slots));
        }
    }

    private sealed record Claim(ChunkLease Lease, Encoders.Entry Encoder, long AskedAt);
}
