using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;

namespace ClusterSearch.Archive.Verification;

/// <summary>Makes the index again from the raw vectors, one encoding after the other. Only for the holder of the ingest lock.</summary>
internal sealed class Reindexing(ArchivePorts ports, RunMeter meter)
{
    private readonly HashSet<VideoId> _videos = [];
    private long _samples;

    public async Task<ReindexReport> RunAsync(IReadOnlyList<EncodingRecord> encodings, CancellationToken cancellation)
    {
        meter.Stage = IngestStage.Indexing;
        var videos = (await ports.Catalog.ListVideosAsync(cancellation)).ToDictionary(video => video.Id);
        var work = new List<(EncodingRecord Encoding, IReadOnlyList<VideoId> Videos)>();
        foreach (var encoding in encodings)
        {
            await DropIfCorruptAsync(encoding.Encoding.Id, cancellation);
            await ports.Catalog.UnmarkIndexedAsync(null, encoding.Encoding.Id, cancellation);
            work.Add((encoding, await ports.Catalog.ListToAggregateAsync(encoding.Encoding.Id, cancellation)));
        }
        meter.Videos = work.Sum(part => part.Videos.Count);
        meter.AddTotal(work.Sum(part => part.Videos.Sum(id => videos[id].Facts.DurationSeconds)));
        foreach (var (encoding, ids) in work) await ReindexAsync(encoding, [.. ids.Select(id => videos[id])], cancellation);
        meter.Stage = IngestStage.Done;
        return new ReindexReport(_videos.Count, _samples, meter.Elapsed) { Encodings = [.. encodings.Select(record => EncodingSummary.Of(record.Encoding))] };
    }

    private async Task ReindexAsync(EncodingRecord encoding, IReadOnlyList<VideoRecord> videos, CancellationToken cancellation)
    {
        var aggregation = new Aggregation(ports, encoding, ShotOptions.Default);
        foreach (var video in videos)
        {
            var plan = await ports.Catalog.FindPlanAsync(video.Id, encoding.Encoding.Id, cancellation);
            var grid = SampleGrid.Create(video.Facts, encoding.Encoding.Sampling, plan!.ListedTicks);
            var written = await AdvanceAsync(aggregation, video, grid, encoding.Encoding.Id, cancellation);
            _samples += written;
            _videos.Add(video.Id);
            meter.AddDone(video.Facts.DurationSeconds, written);
            meter.VideoDone();
        }
        await RemoveStrangersAsync(encoding.Encoding.Id, cancellation);
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
            return await aggregation.AdvanceAsync(video, grid, null, cancellation);
        }
        catch (ClusterSearchException fault) when (fault.Code == ErrorCodes.ArchiveCorrupt)
        {
            if (await new VideoCompletion(ports, encodingId).RequeueBrokenAsync(video.Id, cancellation) == 0) throw;
            return await aggregation.AdvanceAsync(video, grid, null, cancellation);
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
}
