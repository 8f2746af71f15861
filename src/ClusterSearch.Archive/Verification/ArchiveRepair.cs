using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;

namespace ClusterSearch.Archive.Verification;

/// <summary>
/// Mends what a verification found, so that the next one finds nothing: chunks without a whole vector file are left to the
/// next ingest, what the index holds is made again from the files that are whole, what does not count is deleted.
/// <para>
/// Order: the ledger's own rows, then the chunks, then the index, then what lies about. Crash: each step leaves an archive
/// that the next verification judges as it is; a repair may be repeated.
/// </para>
/// </summary>
internal sealed class ArchiveRepair(ArchivePorts ports)
{
    /// <returns>How many chunks wait for the next ingest because of it.</returns>
    public async Task<int> RepairAsync(IReadOnlyList<VerifyProblem> problems, CancellationToken cancellation)
    {
        var requeued = 0;
        foreach (var problem in problems.Where(problem => problem.Code == VerifyCodes.LedgerPlace))
            await ports.Catalog.ForgetPlaceAsync((Place)problem.Subject!, cancellation);
        foreach (var video in VideosWith(problems, VerifyCodes.LedgerVideo)) await RestoreVideoAsync(video, cancellation);
        foreach (var video in VideosWith(problems, VerifyCodes.LedgerChunks)) requeued += await PlanAnewAsync(video, cancellation);
        foreach (var encoding in await ports.Catalog.ListEncodingsAsync(cancellation))
            requeued += await RepairEncodingAsync(encoding, problems.Where(problem => problem.EncodingId == encoding.Encoding.Id).ToList(), cancellation);
        await DeleteUncountedAsync(problems, cancellation);
        return requeued;
    }

    private static IEnumerable<VideoId> VideosWith(IReadOnlyList<VerifyProblem> problems, string code) =>
        problems.Where(problem => problem.Code == code).Select(problem => problem.Video!.Value).Distinct();

    /// <summary>A plan outlived its video's row. Its places may have, too: then the file tells what the row said.</summary>
    private async Task RestoreVideoAsync(VideoId id, CancellationToken cancellation)
    {
        // Places and plans are found through a row; and with the row they go when it is removed.
        var row = await ports.Catalog.PutVideoAsync(new VideoRecord { Id = id, Facts = UnknownFacts, Attributes = new(null, null, null) }, cancellation);
        var path = (await PlaceBook.LoadAsync(ports.Catalog, cancellation)).FindFile(row);
        try
        {
            if (path is not null && await ContentFingerprint.OfAsync(path, cancellation) == id)
            {
                var facts = await ports.Footage.ProbeAsync(path, cancellation);
                await ports.Catalog.PutVideoAsync(row with { Facts = facts, Attributes = row.Attributes with { RecordedAt = facts.CreatedAt } }, cancellation);
                return;
            }
        }
        catch (ClusterSearchException fault) when (fault.Code.StartsWith("footage.", StringComparison.Ordinal))
        {
            // Without its file it is as good as forgotten.
        }
        await VideoRemoval.RemoveAsync(ports, id, cancellation);
    }

    /// <summary>Rows of chunks are lost: no single one can be put back, so the plans are made again with the same boundaries.</summary>
    private async Task<int> PlanAnewAsync(VideoId id, CancellationToken cancellation)
    {
        if (await ports.Catalog.FindVideoAsync(id, cancellation) is not { } video) return 0;
        var places = new List<PlaceRecord>();
        foreach (var place in video.Places)
            if (await ports.Catalog.FindPlaceAsync(place, cancellation) is { } record) places.Add(record);
        var plans = new List<(string Encoding, IReadOnlyList<Chunk> Chunks, long[]? Ticks)>();
        foreach (var encoding in await ports.Catalog.ListEncodingsAsync(cancellation))
        {
            if (await ports.Catalog.FindPlanAsync(id, encoding.Encoding.Id, cancellation) is not { } plan) continue;
            var planned = (await ports.Catalog.ListPlansAsync(encoding.Encoding.Id, cancellation)).First(summary => summary.Video == id).PlannedSamples;
            plans.Add((encoding.Encoding.Id, WithoutHoles(plan.Chunks, planned), plan.ListedTicks));
        }
        await VideoRemoval.RemoveAsync(ports, id, cancellation);
        await ports.Catalog.PutVideoAsync(video, cancellation);
        foreach (var place in places) await ports.Catalog.RecordPlaceAsync(place, cancellation);
        foreach (var (encoding, chunks, ticks) in plans) await ports.Catalog.PlanAsync(id, encoding, chunks, ticks, cancellation);
        return plans.Sum(plan => plan.Chunks.Count);
    }

    private static List<Chunk> WithoutHoles(IReadOnlyList<Chunk> chunks, long plannedSamples)
    {
        var whole = new List<Chunk>();
        long end = 0;
        foreach (var first in chunks.Select(chunk => chunk.Samples.First).Append(plannedSamples).Where(first => first > 0 && first <= plannedSamples).Distinct().Order())
        {
            whole.Add(new Chunk(whole.Count, new SampleRange(end, first)));
            end = first;
        }
        return whole;
    }

    private async Task<int> RepairEncodingAsync(EncodingRecord encoding, List<VerifyProblem> problems, CancellationToken cancellation)
    {
        var id = encoding.Encoding.Id;
        var requeued = 0;
        foreach (var lost in problems.Where(problem => problem.Code is VerifyCodes.VectorsMissing or VerifyCodes.VectorsBroken or VerifyCodes.VectorsContent)
                     .GroupBy(problem => problem.Video!.Value))
        {
            var chunks = lost.Select(problem => problem.Chunk!.Value).Distinct().ToList();
            await ports.Catalog.RequeueAsync(lost.Key, id, chunks, cancellation);
            requeued += chunks.Count;
        }
        var aggregation = new Aggregation(ports, encoding, ShotOptions.Default);
        if (problems.Exists(problem => problem.Code == VerifyCodes.IndexBroken))
        {
            await ports.Catalog.UnmarkIndexedAsync(null, id, cancellation);
            await ports.Vectors.DeleteEncodingAsync(id, cancellation);
            foreach (var video in await ports.Catalog.ListToAggregateAsync(id, cancellation)) await AggregateAsync(aggregation, video, encoding, cancellation);
            return requeued;
        }
        foreach (var video in problems.Where(problem => problem.Code is VerifyCodes.IndexUnits or VerifyCodes.IndexStranger
                     or VerifyCodes.VectorsMissing or VerifyCodes.VectorsBroken or VerifyCodes.VectorsContent).Select(problem => problem.Video!.Value).Distinct())
        {
            await ports.Catalog.UnmarkIndexedAsync(video, id, cancellation);
            await ports.Vectors.DeleteVideoAsync(video, id, cancellation);
            await AggregateAsync(aggregation, video, encoding, cancellation);
        }
        return requeued;
    }

    private async Task AggregateAsync(Aggregation aggregation, VideoId id, EncodingRecord encoding, CancellationToken cancellation)
    {
        if (await ports.Catalog.FindVideoAsync(id, cancellation) is { } video
            && await ports.Catalog.FindPlanAsync(id, encoding.Encoding.Id, cancellation) is { } plan)
            await aggregation.AdvanceAsync(video, SampleGrid.Create(video.Facts, encoding.Encoding.Sampling, plan.ListedTicks), null, cancellation);
    }

    private async Task DeleteUncountedAsync(IReadOnlyList<VerifyProblem> problems, CancellationToken cancellation)
    {
        // Plans of an encoding may outlive its row: they would count files that are deleted here.
        foreach (var encodingId in problems.Where(problem => problem.Code == VerifyCodes.EncodingUnknown).Select(problem => problem.EncodingId!).Distinct())
        {
            await ports.Catalog.DropEncodingAsync(encodingId, cancellation);
            await ports.Vectors.DeleteEncodingAsync(encodingId, cancellation);
            await ports.RawVectors.DeleteEncodingAsync(encodingId, cancellation);
        }
        foreach (var problem in problems)
        {
            if (problem.Subject is StoredVectorFile file) await ports.RawVectors.DeleteFileAsync(file, cancellation);
        }
        // Files of chunks that were queued again count no more.
        foreach (var (video, encodingId) in problems.Where(problem => problem is { Video: not null, EncodingId: not null })
                     .Select(problem => (problem.Video!.Value, problem.EncodingId!)).Distinct())
            await new VideoCompletion(ports, encodingId).SweepAsync(video, cancellation);
    }

    private static VideoFacts UnknownFacts { get; } = new()
    {
        Container = "unknown",
        FileBytes = 0,
        StreamIndex = 0,
        Codec = "unknown",
        TimeBase = new Rational(1, 1),
        StartTicks = 0,
        DurationTicks = 1,
        CodedWidth = 1,
        CodedHeight = 1,
        Width = 1,
        Height = 1,
    };
}
