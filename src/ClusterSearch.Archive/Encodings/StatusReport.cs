using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Encodings;

/// <summary>What an archive holds, how far each encoding is, and what failed and why.</summary>
internal sealed class StatusReport(ArchivePorts ports)
{
    public async Task<ArchiveStatus> MakeAsync(CancellationToken cancellation)
    {
        var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
        var videos = (await ports.Catalog.ListVideosAsync(cancellation)).ToDictionary(video => video.Id);
        var encodings = await EncodingOverview.ListAsync(ports.Catalog, videos.Count, cancellation);
        var failures = (await ports.Catalog.ListFailuresAsync(cancellation))
            .Select(failure => new FileFailure(places.PathOf(failure.Place) ?? failure.Place.ToString(), failure.Failure.Code, failure.Failure.Message)).ToList();
        foreach (var encoding in encodings)
        {
            if (encoding.Ledger.Chunks.GetValueOrDefault(ChunkState.Quarantined) == 0) continue;
            var where = encoding.IsActive ? "" : $" in encoding {encoding.Encoding.Id}";
            foreach (var plan in (await ports.Catalog.ListPlansAsync(encoding.Encoding.Id, cancellation)).Where(plan => plan.Count(ChunkState.Quarantined) > 0))
            {
                var chunk = (await ports.Catalog.ListChunksAsync(plan.Video, encoding.Encoding.Id, cancellation))
                    .First(chunk => chunk.State == ChunkState.Quarantined);
                var path = videos[plan.Video].Places.Select(places.PathOf).FirstOrDefault(path => path is not null) ?? plan.Video.Value;
                failures.Add(new FileFailure(path, chunk.Failure!.Code,
                    $"{plan.Count(ChunkState.Quarantined)} of {plan.ChunkCount} chunks quarantined{where}: {chunk.Failure.Message}"));
            }
        }
        failures.AddRange(await FindForeignAsync(encodings, videos, places, cancellation));
        var active = encodings.FirstOrDefault(encoding => encoding.IsActive);
        return new ArchiveStatus(
            active?.Ledger ?? await ports.Catalog.StatusAsync(null, cancellation), failures, active?.Encoding, active?.VideosWithoutPlan ?? 0)
        {
            Encodings = encodings,
        };
    }

    /// <summary>Videos that wait for an encoder that no running worker has: nobody goes on with them, and nothing else would say so.</summary>
    private async Task<IReadOnlyList<FileFailure>> FindForeignAsync(
        IReadOnlyList<EncodingProgress> encodings, Dictionary<VideoId, VideoRecord> videos, PlaceBook places, CancellationToken cancellation)
    {
        // A worker tells the fingerprint of the active encoding alone. With SQLite the run that passes a video over names it.
        if (ports.Writer is null || encodings.FirstOrDefault(encoding => encoding.IsActive) is not { } active
            || active.Ledger.Chunks.GetValueOrDefault(ChunkState.Pending) == 0) return [];
        var running = (await ports.Catalog.ListWorkersAsync(cancellation)).Where(WorkforceReport.IsAlive)
            .Select(worker => worker.Report.EncoderFingerprint).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (running.Count == 0) return [];
        return
        [
            .. from plan in await ports.Catalog.ListPlansAsync(active.Encoding.Id, cancellation)
               where plan.Count(ChunkState.Pending) > 0 && plan.EncoderFingerprint is { } begun && !running.Contains(begun) && videos.ContainsKey(plan.Video)
               select new FileFailure(
                   videos[plan.Video].Places.Select(places.PathOf).FirstOrDefault(path => path is not null) ?? plan.Video.Value, ErrorCodes.ArchiveEncoding,
                   $"{plan.Count(ChunkState.Pending)} of {plan.ChunkCount} chunks wait for an encoder that no running worker has ({plan.EncoderFingerprint}); start one there, or one with --allow-mixed-encoders"),
        ];
    }
}
