using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Archive.Working;

/// <summary>Aggregates what has become ready of one video, and completes it once nothing is left. For the writer of the index; idempotent.</summary>
internal sealed class VideoAdvance(ArchivePorts ports, WorkerPulse pulse)
{
    /// <summary>The number under which the pulse knows it: before all slots.</summary>
    private const int PulseSlot = -1;

    private readonly ILogger _log = ports.Logs.CreateLogger("ClusterSearch.Aggregator");

    /// <exception cref="ClusterSearchException">Whatever is not this video's own fault.</exception>
    public async Task<AdvanceOutcome> RunAsync(EncodingRecord encoding, VideoId id, CancellationToken cancellation)
    {
        var encodingId = encoding.Encoding.Id;
        if (await ports.Catalog.FindVideoAsync(id, cancellation) is not { } video
            || await ports.Catalog.FindPlanAsync(id, encodingId, cancellation) is not { } plan) return AdvanceOutcome.Nothing;
        var before = await CountToDoAsync(id, encodingId, cancellation);
        pulse.Begin(PulseSlot, $"indexes {(video.Places.Count > 0 ? video.Places[0].RelativePath : id.Value)}");
        try
        {
            var grid = SampleGrid.Create(video.Facts, encoding.Encoding.Sampling, plan.ListedTicks);
            await new Aggregation(ports, encoding, ShotOptions.Default).AdvanceAsync(video, grid, plan.Trace, cancellation);
            var chunks = await ports.Catalog.ListChunksAsync(id, encodingId, cancellation);
            if (VideoCompletion.IsComplete(chunks)) await new VideoCompletion(ports, encodingId).CompleteAsync(video, chunks, grid, cancellation);
            // A gap that is still being worked on holds up what lies behind it.
            return chunks.Count(chunk => chunk.State == ChunkState.Embedded) < before ? AdvanceOutcome.Advanced : AdvanceOutcome.Nothing;
        }
        catch (ClusterSearchException fault) when (fault is { Code: ErrorCodes.ArchiveCorrupt, IsTransient: false })
        {
            _log.LogError("{Message}", fault.Message);
            pulse.Hinder($"video {id}", fault);
            pulse.Free($"video {id}");
            // Made again where a vector file is broken; anything else an operator must see to.
            return await new VideoCompletion(ports, encodingId).RequeueBrokenAsync(id, cancellation) == 0 ? AdvanceOutcome.Broken : AdvanceOutcome.Nothing;
        }
        finally
        {
            pulse.End(PulseSlot);
        }
    }

    private async Task<int> CountToDoAsync(VideoId id, string encodingId, CancellationToken cancellation) =>
        (await ports.Catalog.ListChunksAsync(id, encodingId, cancellation)).Count(chunk => chunk.State == ChunkState.Embedded);
}

internal enum AdvanceOutcome
{
    /// <summary>There was nothing that could be done.</summary>
    Nothing,

    Advanced,

    /// <summary>The video cannot be aggregated; an operator must see to it.</summary>
    Broken,
}
