using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Grains.Placement;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace ClusterSearch.Grains.Working;

/// <summary>Does one chunk on a silo with an accelerator, says so, and is gone.</summary>
[RandomPlacement, AcceleratorPlacementFilter]
internal sealed class ChunkGrain(SiloWork work, ILogger<ChunkGrain> log) : Grain, IChunkGrain
{
    public async Task<ChunkReport> WorkAsync(ChunkOrder order, CancellationToken cancellation)
    {
        var lease = new ChunkLease(
            VideoId.Parse(order.Video), order.Encoding, new Chunk(order.Chunk, new SampleRange(order.FirstSample, order.EndSample)),
            order.Token, order.Attempts, order.LeaseDuration)
        {
            IsSuspect = order.IsSuspect,
            Lapses = order.Lapses,
        };
        try
        {
            // Decoding and computing take all the time they need; a grain's turn is short.
            var report = await Task.Run(() => work.RunAsync(lease, order.Permit, cancellation), CancellationToken.None);
            if (report.Kind == ChunkReportKind.Embedded) await SayDoneAsync(lease);
            return report;
        }
        finally
        {
            DeactivateOnIdle();
        }
    }

    private async Task SayDoneAsync(ChunkLease lease)
    {
        try
        {
            await this.GetStreamProvider(Hints.Provider).GetStream<VideoHint>(StreamId.Create(Hints.ChunkDone, VideoKey.Of(lease.EncodingId, lease.Video)))
                .OnNextAsync(new VideoHint { Encoding = lease.EncodingId, Chunk = lease.Chunk.Index });
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A lost hint costs a look at the ledger.
            log.LogDebug("A hint was lost: {Message}", fault.Message);
        }
    }
}
