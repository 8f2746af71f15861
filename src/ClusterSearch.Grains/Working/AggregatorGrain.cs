using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace ClusterSearch.Grains.Working;

/// <summary>
/// Aggregates one video in one encoding, on the silo that holds the role of the index's writer; a hint that reaches it elsewhere
/// is passed on. Asked to write where it may not, it moves to whoever asked.
/// </summary>
[RandomPlacement, ImplicitStreamSubscription(Hints.ChunkDone)]
internal sealed class AggregatorGrain(SiloWork work, Brokers brokers, ILogger<AggregatorGrain> log)
    : Grain, IAggregatorGrain, IStreamSubscriptionObserver, IAsyncObserver<VideoHint>
{
    public async Task<AggregatorReport> AdvanceAsync(CancellationToken cancellation)
    {
        if (work.Writer.Current is null)
        {
            // To the silo that the call hints at. Deactivated instead, it would come up here again by what others remember of its place.
            this.MigrateOnIdle();
            return new AggregatorReport { Kind = AggregatorReportKind.Elsewhere };
        }
        var (encodingId, video) = VideoKey.Parse(this.GetPrimaryKeyString());
        try
        {
            var encoding = (await work.Ports.Catalog.ListEncodingsAsync(cancellation)).FirstOrDefault(record => record.Encoding.Id == encodingId);
            if (encoding is null) return new AggregatorReport { Kind = AggregatorReportKind.Nothing };
            var outcome = await Task.Run(() => new VideoAdvance(work.Ports, work.Pulse).RunAsync(encoding, video, cancellation), cancellation);
            if (outcome == AdvanceOutcome.Advanced) await SayIndexedAsync(encodingId, video.Value);
            return new AggregatorReport
            {
                Kind = outcome switch
                {
                    AdvanceOutcome.Advanced => AggregatorReportKind.Advanced,
                    AdvanceOutcome.Broken => AggregatorReportKind.Broken,
                    _ => AggregatorReportKind.Nothing,
                },
            };
        }
        catch (ClusterSearchException fault)
        {
            return new AggregatorReport { Kind = AggregatorReportKind.Faulted, FailureCode = fault.Code, FailureMessage = fault.Message, IsTransient = fault.IsTransient };
        }
    }

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<VideoHint>().ResumeAsync(this);

    public async Task OnNextAsync(VideoHint item, StreamSequenceToken? token = null)
    {
        if (work.Writer.Current is not null) work.Nudge();
        else await brokers.NudgeAsync();
    }

    public Task OnErrorAsync(Exception ex)
    {
        log.LogDebug("Hints are held up: {Message}", ex.Message);
        return Task.CompletedTask;
    }

    private async Task SayIndexedAsync(string encoding, string video)
    {
        try
        {
            await this.GetStreamProvider(Hints.Provider).GetStream<VideoHint>(StreamId.Create(Hints.MomentsIndexed, video))
                .OnNextAsync(new VideoHint { Encoding = encoding });
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            log.LogDebug("A hint was lost: {Message}", fault.Message);
        }
    }
}
