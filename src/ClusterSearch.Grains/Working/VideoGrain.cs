using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace ClusterSearch.Grains.Working;

/// <summary>
/// One video of the archive.
/// <para>
/// Normal operation: a silo with a place free offers it; the grain claims a lease for the next chunk and has a ChunkGrain do it
/// there. While anything is left to do a reminder exists, which has the ledger read again; when nothing is, it goes.
/// Crash of this grain's silo: chunks under way go on and commit by themselves; the next offer, hint or reminder brings the grain
/// up elsewhere. Crash of a chunk's silo: the lease lapses, which the ledger counts, and the chunk is claimed again.
/// Two activations of one video, as a cut network can bring about: both claim from the one ledger, and no lease is given twice.
/// </para>
/// </summary>
[Reentrant, ImplicitStreamSubscription(Hints.MomentsIndexed)]
internal sealed class VideoGrain(SiloWork work, Brokers brokers, ILogger<VideoGrain> log)
    : Grain, IVideoGrain, IRemindable, IStreamSubscriptionObserver, IAsyncObserver<VideoHint>
{
    private const string ReminderName = "ledger";

    private bool _hasReminder;

    private VideoId Id => VideoId.Parse(this.GetPrimaryKeyString());

    public async Task<bool> OfferAsync(PermitOffer offer, CancellationToken cancellation)
    {
        // Not cancelled: a lease whose answer nobody heard would lie idle until it lapses.
        var lease = await work.Ports.Catalog.ClaimAsync(new ClaimRequest
        {
            EncodingId = offer.Encoding,
            Worker = offer.Worker,
            LeaseDuration = offer.LeaseDuration,
            EncoderFingerprint = offer.EncoderFingerprint,
            AllowMixedEncoders = offer.AllowMixedEncoders,
            Videos = new HashSet<VideoId> { Id },
        }, CancellationToken.None);
        if (lease is null) return false;
        if (cancellation.IsCancellationRequested)
        {
            // Whoever offered has stopped listening, and holds the place no more.
            await GiveBackAsync(lease);
            return false;
        }
        _ = HaveDoneAsync(lease, offer);
        await EnsureReminderAsync();
        return true;
    }

    public async Task LookAsync()
    {
        if (await IsLeftAsync())
        {
            await EnsureReminderAsync();
            await brokers.NudgeAsync();
        }
        else
        {
            await EndReminderAsync();
        }
    }

    public Task ReceiveReminder(string reminderName, TickStatus status) => LookAsync();

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<VideoHint>().ResumeAsync(this);

    /// <summary>Something was indexed: perhaps the last of it.</summary>
    public async Task OnNextAsync(VideoHint item, StreamSequenceToken? token = null)
    {
        if (!await IsLeftAsync()) await EndReminderAsync();
    }

    public Task OnErrorAsync(Exception ex)
    {
        log.LogDebug("Hints are held up: {Message}", ex.Message);
        return Task.CompletedTask;
    }

    private async Task HaveDoneAsync(ChunkLease lease, PermitOffer offer)
    {
        ChunkReport report;
        PlacementHint.Set(offer.Silo);
        try
        {
            report = await GrainFactory.GetGrain<IChunkGrain>(lease.Token).WorkAsync(new ChunkOrder
            {
                Permit = offer.Permit,
                Video = lease.Video.Value,
                Encoding = lease.EncodingId,
                Chunk = lease.Chunk.Index,
                FirstSample = lease.Chunk.Samples.First,
                EndSample = lease.Chunk.Samples.End,
                Token = lease.Token,
                Attempts = lease.Attempts,
                LeaseDuration = lease.Duration,
                IsSuspect = lease.IsSuspect,
                Lapses = lease.Lapses,
            }, CancellationToken.None);
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or OperationCanceledException)
        {
            // Whether it is being done nobody can tell. If it is, it commits; if not, the lease lapses, and the ledger counts that.
            log.LogWarning("Chunk {Chunk} of {Video}: no answer ({Message}); its lease decides", lease.Chunk.Index, lease.Video, fault.Message);
            return;
        }
        finally
        {
            PlacementHint.Clear();
        }
        if (report.Kind == ChunkReportKind.Refused) await GiveBackAsync(lease);
    }

    private async Task GiveBackAsync(ChunkLease lease)
    {
        try
        {
            await work.Ports.Catalog.ReleaseAsync(lease, CancellationToken.None);
        }
        catch (ClusterSearchException fault)
        {
            log.LogWarning("Chunk {Chunk} of {Video} could not be given back: {Message}", lease.Chunk.Index, lease.Video, fault.Message);
        }
    }

    /// <summary>Whether anything is to do about this video in any encoding.</summary>
    private async Task<bool> IsLeftAsync()
    {
        foreach (var encoding in await work.Ports.Catalog.ListEncodingsAsync(CancellationToken.None))
        {
            var chunks = await work.Ports.Catalog.ListChunksAsync(Id, encoding.Encoding.Id, CancellationToken.None);
            if (chunks.Any(chunk => chunk.State is ChunkState.Pending or ChunkState.Leased or ChunkState.Embedded)) return true;
        }
        return false;
    }

    private async Task EnsureReminderAsync()
    {
        if (_hasReminder) return;
        _hasReminder = true;
        await this.RegisterOrUpdateReminder(ReminderName, work.Options.ReminderPeriod, work.Options.ReminderPeriod);
    }

    private async Task EndReminderAsync()
    {
        _hasReminder = false;
        if (await this.GetReminder(ReminderName) is { } reminder) await this.UnregisterReminder(reminder);
        DeactivateOnIdle();
    }
}
