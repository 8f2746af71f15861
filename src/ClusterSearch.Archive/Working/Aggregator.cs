using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Archive.Working;

/// <summary>
/// Competes for the role of the index's writer and, while it is held, aggregates whatever is embedded in any encoding. A
/// video that cannot be aggregated is passed over for a while; the others go on.
/// </summary>
internal sealed class Aggregator(ArchivePorts ports, IndexWriterRole role, WorkerPulse pulse)
{
    /// <summary>The number under which the pulse knows it: before all slots.</summary>
    private const int PulseSlot = -1;

    /// <summary>Between two looks when there was nothing to do; each next one longer.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan GivenUpInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PassedOver = TimeSpan.FromSeconds(30);

    private readonly ILogger _log = ports.Logs.CreateLogger("ClusterSearch.Aggregator");
    private readonly Dictionary<(string Encoding, VideoId Video), long> _passedOver = [];
    private readonly Dictionary<(string Encoding, VideoId Video), int> _givenUp = [];

    /// <summary>Until a stop is asked for.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var retry = new TransientRetry(ports.Time);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using (var held = await role.TryTakeAsync(stop))
                    if (held is not null) await ActAsync(held, retry);
                retry.Reset();
                await Task.Delay(role.Duration / 6, ports.Time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                // The role was lost; somebody else has it, or will.
            }
            catch (ClusterSearchException fault)
            {
                // A lost role is told as busy: the loser tries to have it again.
                if (!fault.IsTransient || fault.Code == ErrorCodes.ArchiveUnreachable) pulse.Hinder("aggregation", fault);
                try
                {
                    await retry.WaitAsync(stop);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private async Task ActAsync(IndexWriterRole.Held held, TransientRetry retry)
    {
        var pause = ShortestPause;
        long? finishedAt = null;
        while (held.IsHeld && !await role.IsAskedForAsync(held.Lost))
        {
            var written = false;
            var encodings = await ports.Catalog.ListEncodingsAsync(held.Lost);
            foreach (var encoding in encodings) written |= await AdvanceAsync(encoding, held);
            retry.Reset();
            pulse.Free("aggregation");
            if (!written && (finishedAt is not { } at || ports.Time.GetElapsedTime(at) > GivenUpInterval))
            {
                foreach (var encoding in encodings) await FinishGivenUpAsync(encoding, held.Lost);
                finishedAt = ports.Time.GetTimestamp();
            }
            pause = written ? ShortestPause : pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
            if (!written) await Task.Delay(pause, ports.Time, held.Lost);
        }
    }

    /// <returns>Whether there was anything to do.</returns>
    private async Task<bool> AdvanceAsync(EncodingRecord encoding, IndexWriterRole.Held held)
    {
        var worked = false;
        foreach (var id in await ports.Catalog.ListToAggregateAsync(encoding.Encoding.Id, held.Lost))
        {
            if (!held.IsHeld || await role.IsAskedForAsync(held.Lost)) break;
            if (_passedOver.TryGetValue((encoding.Encoding.Id, id), out var at) && ports.Time.GetElapsedTime(at) < PassedOver) continue;
            worked |= await AdvanceAsync(encoding, id, held.Lost);
        }
        return worked;
    }

    private async Task<bool> AdvanceAsync(EncodingRecord encoding, VideoId id, CancellationToken cancellation)
    {
        var encodingId = encoding.Encoding.Id;
        if (await ports.Catalog.FindVideoAsync(id, cancellation) is not { } video
            || await ports.Catalog.FindPlanAsync(id, encodingId, cancellation) is not { } plan) return false;
        var before = await CountToDoAsync(id, encodingId, cancellation);
        pulse.Begin(PulseSlot, $"indexes {(video.Places.Count > 0 ? video.Places[0].RelativePath : id.Value)}");
        try
        {
            var grid = SampleGrid.Create(video.Facts, encoding.Encoding.Sampling, plan.ListedTicks);
            await new Aggregation(ports, encoding, ShotOptions.Default).AdvanceAsync(video, grid, plan.Trace, cancellation);
            _passedOver.Remove((encodingId, id));
            var chunks = await ports.Catalog.ListChunksAsync(id, encodingId, cancellation);
            if (VideoCompletion.IsComplete(chunks)) await new VideoCompletion(ports, encodingId).CompleteAsync(video, chunks, grid, cancellation);
            // A gap that is still being worked on holds up what lies behind it.
            return chunks.Count(chunk => chunk.State == ChunkState.Embedded) < before;
        }
        catch (ClusterSearchException fault) when (fault is { Code: ErrorCodes.ArchiveCorrupt, IsTransient: false })
        {
            _log.LogError("{Message}", fault.Message);
            pulse.Hinder($"video {id}", fault);
            pulse.Free($"video {id}");
            // Made again where a vector file is broken; anything else an operator must see to.
            if (await new VideoCompletion(ports, encodingId).RequeueBrokenAsync(id, cancellation) == 0)
                _passedOver[(encodingId, id)] = ports.Time.GetTimestamp();
            return false;
        }
        finally
        {
            pulse.End(PulseSlot);
        }
    }

    /// <summary>A video whose last chunk was given up has nothing to aggregate, and so nobody finished it.</summary>
    private async Task FinishGivenUpAsync(EncodingRecord encoding, CancellationToken cancellation)
    {
        var id = encoding.Encoding.Id;
        foreach (var summary in await ports.Catalog.ListPlansAsync(id, cancellation))
        {
            var quarantined = summary.Count(ChunkState.Quarantined);
            if (quarantined == 0 || quarantined + summary.Count(ChunkState.Indexed) < summary.ChunkCount) continue;
            if (_givenUp.GetValueOrDefault((id, summary.Video)) == quarantined) continue;
            if (await ports.Catalog.FindVideoAsync(summary.Video, cancellation) is { } video && await ports.Catalog.FindPlanAsync(summary.Video, id, cancellation) is { } plan)
                await new VideoCompletion(ports, id).CompleteAsync(video, await ports.Catalog.ListChunksAsync(summary.Video, id, cancellation),
                    SampleGrid.Create(video.Facts, encoding.Encoding.Sampling, plan.ListedTicks), cancellation);
            _givenUp[(id, summary.Video)] = quarantined;
        }
    }

    private async Task<int> CountToDoAsync(VideoId id, string encodingId, CancellationToken cancellation) =>
        (await ports.Catalog.ListChunksAsync(id, encodingId, cancellation)).Count(chunk => chunk.State == ChunkState.Embedded);
}
