using ClusterSearch.Archive;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Grains.Working;

/// <summary>
/// What a silo has at hand for its grains: the archive, loaded models, places, the right to write the index.
/// <para>
/// Normal operation: once the silo is active its places are offered, it competes for the role of the index's writer, and it
/// reports to the catalogue as every worker does.
/// Stop: nothing more is offered, chunks under way have the grace to finish, the rest is given back, the role too; only then
/// does the silo leave the cluster. Crash: leases and the role lapse.
/// </para>
/// </summary>
internal sealed class SiloWork : ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private static readonly TimeSpan WriterRoleDuration = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OfferLimit = TimeSpan.FromSeconds(30);

    private readonly IGrainFactory _grains;
    private readonly ILocalSiloDetails _silo;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _end = new();
    private readonly WorkSignal _aggregation = new();
    private readonly Encoders _encoders;
    private readonly PermitBroker _broker;
    private readonly Dictionary<Guid, Encoders.Entry> _granted = [];
    private readonly List<Task> _loops = [];
    private WorkerReports? _reports;
    private int _slot;

    public SiloWork(ArchivePorts ports, ArchiveOptions archive, SiloWorkOptions options, IGrainFactory grains, ILocalSiloDetails silo)
    {
        (Ports, Archive, Options, _grains, _silo) = (ports, archive, options, grains, silo);
        _log = ports.Logs.CreateLogger("ClusterSearch.Silo");
        Pulse = new WorkerPulse(options.Tell, options.Work.EarlierCrash, options.Name, "silo") { Device = $"{options.Accelerator.Kind}:{options.Accelerator.Count}" };
        Permits = new Permits(options.Capacity, ports.Time);
        Writer = ports.Writer ?? new IndexWriterRole(ports.Catalog, Pulse.Name, WriterRoleDuration, ports.Time);
        _encoders = new Encoders(ports, archive, options.Work, Pulse);
        _broker = new PermitBroker(ports, options, _encoders, Permits, Pulse, new WorkLimits(archive, options.Work), OfferAsync);
    }

    public ArchivePorts Ports { get; }

    public ArchiveOptions Archive { get; }

    public SiloWorkOptions Options { get; }

    public Permits Permits { get; }

    public WorkerPulse Pulse { get; }

    /// <summary>Under which this silo writes the index, while it holds the role.</summary>
    public IndexWriterRole Writer { get; }

    public BrokerState State => new() { Capacity = Permits.Capacity, Free = Permits.Free, InUse = Permits.InUse, Hindrance = _broker.Hindrance };

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(SiloWork), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    /// <summary>Says that the ledger may have something to embed or to aggregate.</summary>
    public void Nudge()
    {
        _broker.Nudge();
        _aggregation.Give();
    }

    /// <summary>Does a leased chunk under a permit of this silo.</summary>
    /// <param name="lease">The right to the chunk; looked at with the ledger before anything is begun.</param>
    /// <param name="permit">The right to the place.</param>
    /// <param name="cancellation">A stop: the lease is given back.</param>
    public async Task<ChunkReport> RunAsync(ChunkLease lease, Guid permit, CancellationToken cancellation)
    {
        if (!TryBegin(lease, permit, out var encoder)) return new ChunkReport { Kind = ChunkReportKind.Refused };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _end.Token);
        var slot = Interlocked.Increment(ref _slot);
        encoder.Enter();
        Pulse.Begin(slot, $"chunk {lease.Chunk.Index} of {lease.Video.Value[..12]}{(lease.IsSuspect ? ", alone" : "")}");
        try
        {
            // How long the order was on its way nobody knows: the lease counts anew from here, or is lost.
            var askedAt = Ports.Time.GetTimestamp();
            if (!await TransientRetry.UntilAnsweredAsync(Ports.Time, token => Ports.Catalog.RenewAsync(lease, lease.Duration, token), end.Token))
                return new ChunkReport { Kind = ChunkReportKind.Fenced };
            var outcome = await encoder.Work.RunAsync(lease, askedAt, end.Token);
            Pulse.Count(outcome);
            return new ChunkReport
            {
                Kind = outcome.Kind switch
                {
                    ChunkOutcomeKind.Embedded => ChunkReportKind.Embedded,
                    ChunkOutcomeKind.Failed => ChunkReportKind.Failed,
                    _ => ChunkReportKind.Fenced,
                },
                Samples = outcome.Samples,
                Seconds = outcome.Seconds,
                FailureCode = outcome.Failure?.Code,
                FailureMessage = outcome.Failure?.Message,
            };
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            await encoder.Work.ReleaseAsync(lease);
            return new ChunkReport { Kind = ChunkReportKind.GivenBack };
        }
        catch (ClusterSearchException fault)
        {
            _log.LogWarning("{Message} ({Code})", fault.Message, fault.Code);
            Pulse.Hinder("work", fault);
            return new ChunkReport { Kind = ChunkReportKind.GivenBack, FailureCode = fault.Code, FailureMessage = fault.Message };
        }
        finally
        {
            Pulse.End(slot);
            encoder.Leave();
            Permits.Return(permit);
            _broker.Freed();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _encoders.Dispose();
        _stop.Dispose();
        _end.Dispose();
    }

    private bool TryBegin(ChunkLease lease, Guid permit, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Encoders.Entry? encoder)
    {
        lock (_granted) _granted.Remove(permit, out encoder);
        if (encoder is not null && !_stop.IsCancellationRequested && Permits.TryBegin(permit, lease.IsSuspect)) return true;
        // Only a suspect chunk is refused by a permit that is good.
        if (encoder is not null && lease.IsSuspect) _broker.AskAlone(lease.Video);
        Permits.Return(permit);
        _broker.Freed();
        encoder = null;
        return false;
    }

    private Task StartAsync(CancellationToken cancellation)
    {
        _reports = new WorkerReports(Ports, Pulse, () => Permits.Capacity);
        if (Permits.Capacity > 0) _loops.Add(Task.Run(() => _broker.RunAsync(_stop.Token), CancellationToken.None));
        if (Options.Work.Aggregates)
            _loops.Add(Task.Run(() => new Aggregator(Ports, Writer, Pulse, AdvanceAsync, _aggregation).RunAsync(_stop.Token), CancellationToken.None));
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellation)
    {
        if (_stop.IsCancellationRequested) return;
        Pulse.Stopping();
        await _stop.CancelAsync();
        _end.CancelAfter(Options.Work.Grace);
        await using (cancellation.Register(() => _end.Cancel()))
        {
            await Task.WhenAll(_loops);
            while (Permits.InUse > 0) await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
        if (_reports is not null) await _reports.DisposeAsync();
    }

    private async Task<bool> OfferAsync(VideoId video, Guid permit, Encoders.Entry encoder, CancellationToken stop)
    {
        lock (_granted) _granted[permit] = encoder;
        var isTaken = false;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(OfferLimit);
            isTaken = await _grains.GetGrain<IVideoGrain>(video.Value).OfferAsync(new PermitOffer
            {
                Permit = permit,
                Silo = _silo.SiloAddress,
                Worker = $"{Pulse.Name}/{Volatile.Read(ref _slot)}",
                Encoding = encoder.Encoding.Encoding.Id,
                EncoderFingerprint = encoder.Model.EncoderFingerprint,
                LeaseDuration = Options.Work.LeaseDuration,
                AllowMixedEncoders = Options.Work.AllowMixedEncoders,
            }, limit.Token);
            return isTaken;
        }
        finally
        {
            // A call whose answer was lost may have been taken: its order is refused then, and its lease given back.
            if (!isTaken)
                lock (_granted) _granted.Remove(permit);
        }
    }

    private async Task<AdvanceOutcome> AdvanceAsync(EncodingRecord encoding, VideoId video, CancellationToken cancellation)
    {
        PlacementHint.Set(_silo.SiloAddress);
        try
        {
            var report = await _grains.GetGrain<IAggregatorGrain>(VideoKey.Of(encoding.Encoding.Id, video)).AdvanceAsync(cancellation);
            return report.Kind switch
            {
                AggregatorReportKind.Advanced => AdvanceOutcome.Advanced,
                AggregatorReportKind.Broken => AdvanceOutcome.Broken,
                AggregatorReportKind.Faulted => throw new ClusterSearchException(report.FailureCode!, report.FailureMessage!) { IsTransient = report.IsTransient },
                _ => AdvanceOutcome.Nothing,
            };
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException)
        {
            throw new ClusterSearchException(ErrorCodes.ClusterUnreachable, fault.Message.ReplaceLineEndings(" "), fault) { IsTransient = true };
        }
        finally
        {
            PlacementHint.Clear();
        }
    }
}
