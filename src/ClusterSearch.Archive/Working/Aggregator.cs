using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Working;

/// <summary>
/// Competes for the role of the index's writer and, while it is held, aggregates whatever is embedded in any encoding. A
/// video that cannot be aggregated is passed over for a while; the others go on.
/// </summary>
/// <param name="ports">The adapters.</param>
/// <param name="role">What it competes for.</param>
/// <param name="pulse">Told what hinders it.</param>
/// <param name="advance">Does one video's next step while the role is held.</param>
/// <param name="hint">Given when there may be something to do; null: it looks by itself alone.</param>
internal sealed class Aggregator(
    ArchivePorts ports, IndexWriterRole role, WorkerPulse pulse, Func<EncodingRecord, VideoId, CancellationToken, Task<AdvanceOutcome>> advance, WorkSignal? hint = null)
{
    /// <summary>Between two looks when there was nothing to do; each next one longer.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan GivenUpInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PassedOver = TimeSpan.FromSeconds(30);

    private readonly WorkSignal _hint = hint ?? new WorkSignal();
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
            if (!written) await _hint.WaitAsync(pause, ports.Time, held.Lost);
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
            var outcome = await advance(encoding, id, held.Lost);
            if (outcome == AdvanceOutcome.Broken) _passedOver[(encoding.Encoding.Id, id)] = ports.Time.GetTimestamp();
            else _passedOver.Remove((encoding.Encoding.Id, id));
            worked |= outcome == AdvanceOutcome.Advanced;
        }
        return worked;
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
}
