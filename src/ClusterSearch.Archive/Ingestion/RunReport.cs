using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>The last part of every run: what became of each video, said and noted.</summary>
internal sealed class RunReport(
    ArchivePorts ports, EncodingRecord encoding, FootageIntake intake, RunVideos videos, RunFailures failures, RunMeter meter)
{
    public async Task<IngestReport> MakeAsync(CancellationToken cancellation)
    {
        var completion = new VideoCompletion(ports, encoding.Encoding.Id);
        var warnings = new List<FileFailure>();
        foreach (var video in videos.Ordered)
        {
            var chunks = await ports.Catalog.ListChunksAsync(video.Video.Id, encoding.Encoding.Id, cancellation);
            var damage = await completion.CompleteAsync(video.Video, chunks, video.Grid, cancellation);
            if (damage?.Failure is not null) failures.Add(video.Path, damage.Failure.Code, $"{video.Path}: {damage.Message}");
            else if (damage is not null) warnings.Add(new FileFailure(video.Path, ErrorCodes.FootageDamaged, $"{video.Path}: {damage.Message}"));
        }
        meter.Stage = IngestStage.Done;
        return new IngestReport
        {
            Files = intake.Files,
            Added = videos.Added,
            Unchanged = videos.Unchanged,
            Moved = videos.Moved,
            Failures = failures.Ordered,
            Warnings = warnings,
            Samples = meter.Samples,
            SecondsOfFootage = meter.SecondsDone,
            Elapsed = meter.Elapsed,
        };
    }
}
