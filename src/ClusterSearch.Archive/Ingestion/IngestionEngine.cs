using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Verification;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>The in-process engine behind <see cref="IIngestion"/>: the work classes, run by tasks of this process.</summary>
public sealed class IngestionEngine(ArchivePorts ports, ArchiveOptions options) : IIngestion
{
    public async Task<IngestReport> IngestAsync(IngestRequest request, IProgress<IngestProgress> progress, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Ingest);
        using var only = IngestLock.Take(options);
        await ports.Catalog.FreeAllLeasesAsync(cancellation);
        var (encoding, model) = await EncodingChoice.ChooseAsync(ports, options, request, cancellation);
        using (model)
        {
            span?.SetTag(Telemetry.Attributes.Encoding, encoding.Encoding.Id);
            var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
            var meter = new RunMeter(progress, ports.Time);
            using var run = new IngestRun(ports, places, request, encoding, model, meter);
            var report = await run.RunAsync(options.LeaseDuration, cancellation);
            foreach (var failure in report.Failures)
                Telemetry.FileFailures.Add(1, new KeyValuePair<string, object?>(Telemetry.Attributes.ErrorCode, failure.Code));
            return report;
        }
    }

    public async Task RemoveVideoAsync(VideoId video, CancellationToken cancellation)
    {
        using var only = IngestLock.Take(options);
        await VideoRemoval.RemoveAsync(ports, video, cancellation);
    }

    public async Task<int> RetryAsync(VideoId? video, CancellationToken cancellation)
    {
        using var only = IngestLock.Take(options);
        return await ports.Catalog.RetryAsync(video, cancellation);
    }

    public async Task<ReindexReport> ReindexAsync(IProgress<IngestProgress> progress, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Reindex);
        using var only = IngestLock.Take(options);
        var encoding = await RequireEncodingAsync(cancellation);
        await DropIfCorruptAsync(encoding.Encoding.Id, cancellation);
        await ports.Catalog.UnmarkIndexedAsync(null, encoding.Encoding.Id, cancellation);
        var aggregation = new Aggregation(ports, encoding, ShotOptions.Default);
        var meter = new RunMeter(progress, ports.Time) { Stage = IngestStage.Indexing };
        var ids = await ports.Catalog.ListToAggregateAsync(encoding.Encoding.Id, cancellation);
        var videos = (await ports.Catalog.ListVideosAsync(cancellation)).ToDictionary(video => video.Id);
        meter.Videos = ids.Count;
        meter.AddTotal(ids.Sum(id => videos[id].Facts.DurationSeconds));
        long samples = 0;
        foreach (var id in ids)
        {
            var plan = await ports.Catalog.FindPlanAsync(id, encoding.Encoding.Id, cancellation);
            var grid = SampleGrid.Create(videos[id].Facts, encoding.Encoding.Sampling, plan!.ListedTicks);
            var written = await AdvanceAsync(aggregation, videos[id], grid, encoding.Encoding.Id, cancellation);
            samples += written;
            meter.AddDone(videos[id].Facts.DurationSeconds, written);
            meter.VideoDone();
        }
        await RemoveStrangersAsync(encoding.Encoding.Id, cancellation);
        meter.Stage = IngestStage.Done;
        return new ReindexReport(ids.Count, samples, meter.Elapsed);
    }

    public async Task<VerifyReport> VerifyAsync(VerifyRequest request, CancellationToken cancellation)
    {
        if (!request.Repair) return await new ArchiveVerification(ports).VerifyAsync(request, cancellation);
        using var only = IngestLock.Take(options);
        var found = await new ArchiveVerification(ports).VerifyAsync(request, cancellation);
        if (found.Ok) return found;
        var requeued = await new ArchiveRepair(ports).RepairAsync(found.Problems, cancellation);
        var mended = await new ArchiveVerification(ports).VerifyAsync(request, cancellation);
        return mended with { Problems = found.Problems, Requeued = requeued };
    }

    public async Task<ArchiveStatus> StatusAsync(CancellationToken cancellation)
    {
        var active = await ports.Catalog.ActiveEncodingAsync(cancellation);
        var ledger = await ports.Catalog.StatusAsync(active?.Encoding.Id, cancellation);
        var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
        var failures = (await ports.Catalog.ListFailuresAsync(cancellation))
            .Select(failure => new FileFailure(places.PathOf(failure.Place) ?? failure.Place.ToString(), failure.Failure.Code, failure.Failure.Message)).ToList();
        var withoutPlan = 0;
        if (active is not null)
        {
            var plans = await ports.Catalog.ListPlansAsync(active.Encoding.Id, cancellation);
            var videos = (await ports.Catalog.ListVideosAsync(cancellation)).ToDictionary(video => video.Id);
            withoutPlan = videos.Count - plans.Count;
            foreach (var plan in plans.Where(plan => plan.Count(ChunkState.Quarantined) > 0))
            {
                var chunk = (await ports.Catalog.ListChunksAsync(plan.Video, active.Encoding.Id, cancellation))
                    .First(chunk => chunk.State == ChunkState.Quarantined);
                var path = videos[plan.Video].Places.Select(places.PathOf).FirstOrDefault(path => path is not null) ?? plan.Video.Value;
                failures.Add(new FileFailure(path, chunk.Failure!.Code, $"{plan.Count(ChunkState.Quarantined)} of {plan.ChunkCount} chunks quarantined: {chunk.Failure.Message}"));
            }
        }
        return new ArchiveStatus(ledger, failures, active is null ? null : EncodingSummary.Of(active.Encoding), withoutPlan);
    }

    /// <summary>An index that cannot even be opened is made anew.</summary>
    private async Task DropIfCorruptAsync(string encodingId, CancellationToken cancellation)
    {
        try
        {
            (await ports.Vectors.SnapshotAsync(encodingId, cancellation)).Dispose();
        }
        catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.ArchiveCorrupt or ErrorCodes.ArchiveVersion)
        {
            await ports.Vectors.DeleteEncodingAsync(encodingId, cancellation);
        }
    }

    /// <summary>Chunks whose vector files are lost or broken become pending, for the next ingest; what lies before them is written.</summary>
    private async Task<long> AdvanceAsync(
        Aggregation aggregation, VideoRecord video, SampleGrid grid, string encodingId, CancellationToken cancellation)
    {
        try
        {
            return await aggregation.AdvanceAsync(video, grid, cancellation);
        }
        catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveCorrupt)
        {
            var broken = new List<int>();
            foreach (var record in await ports.Catalog.ListChunksAsync(video.Id, encodingId, cancellation))
            {
                if (record.State is not (ChunkState.Embedded or ChunkState.Indexed)) continue;
                try
                {
                    await ports.RawVectors.ReadAsync(new RawVectorKey(video.Id, encodingId, record.Chunk.Index, record.Token!), cancellation);
                }
                catch (ClusterSearchException lost) when (lost.Code == ErrorCodes.ArchiveCorrupt)
                {
                    broken.Add(record.Chunk.Index);
                }
            }
            if (broken.Count == 0) throw;
            await ports.Catalog.RequeueAsync(video.Id, encodingId, broken, cancellation);
            return await aggregation.AdvanceAsync(video, grid, cancellation);
        }
    }

    /// <summary>Videos that the index still holds though the ledger counts nothing of them.</summary>
    private async Task RemoveStrangersAsync(string encodingId, CancellationToken cancellation)
    {
        using var snapshot = await ports.Vectors.SnapshotAsync(encodingId, cancellation);
        var counted = (await ports.Catalog.ListPlansAsync(encodingId, cancellation))
            .Where(plan => plan.Count(ChunkState.Indexed) > 0).Select(plan => plan.Video).ToHashSet();
        foreach (var stranger in (await snapshot.ListVideosAsync(cancellation)).Where(video => !counted.Contains(video)))
            await ports.Vectors.DeleteVideoAsync(stranger, encodingId, cancellation);
    }

    private async Task<EncodingRecord> RequireEncodingAsync(CancellationToken cancellation) =>
        await ports.Catalog.ActiveEncodingAsync(cancellation)
        ?? throw new ClusterSearchException(ErrorCodes.ArchiveNotFound, $"{options.Directory}: the archive is empty; ingest some footage first");
}
