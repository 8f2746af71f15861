using ClusterSearch.Archive.Encodings;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Verification;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>The in-process engine behind <see cref="IIngestion"/>: the work classes, run by tasks of this process.</summary>
public sealed class IngestionEngine(ArchivePorts ports, ArchiveOptions options) : IIngestion
{
    public async Task<IngestReport> IngestAsync(IngestRequest request, IProgress<IngestProgress> progress, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Ingest);
        using var only = await BeginChangeAsync(cancellation);
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
            return report with { Encoding = await ProgressOfAsync(encoding.Encoding.Id, cancellation) };
        }
    }

    public async Task RemoveVideoAsync(VideoId video, CancellationToken cancellation)
    {
        using var only = await BeginChangeAsync(cancellation);
        await VideoRemoval.RemoveAsync(ports, video, cancellation);
    }

    public async Task<int> RetryAsync(VideoId? video, CancellationToken cancellation)
    {
        using var only = await BeginChangeAsync(cancellation);
        return await ports.Catalog.RetryAsync(video, cancellation);
    }

    public async Task<ReindexReport> ReindexAsync(string? encoding, IProgress<IngestProgress> progress, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Reindex);
        using var only = await BeginChangeAsync(cancellation);
        var named = await EncodingLookup.RequireAsync(ports.Catalog, options, encoding, cancellation);
        var encodings = encoding is null ? await ports.Catalog.ListEncodingsAsync(cancellation) : [named];
        return await new Reindexing(ports, new RunMeter(progress, ports.Time)).RunAsync(encodings, cancellation);
    }

    public async Task<VerifyReport> VerifyAsync(bool digest, string? encoding, CancellationToken cancellation)
    {
        var named = encoding is null ? null : await EncodingLookup.RequireAsync(ports.Catalog, options, encoding, cancellation);
        return await new ArchiveVerification(ports).VerifyAsync(digest, named, cancellation);
    }

    public Task<ArchiveStatus> StatusAsync(CancellationToken cancellation) => new StatusReport(ports).MakeAsync(cancellation);

    public Task<EncodingUse> UseEncodingAsync(string encoding, bool force, CancellationToken cancellation) =>
        new EncodingSwitch(ports, options).UseAsync(encoding, force, cancellation);

    public async Task<EncodingProgress> DropEncodingAsync(string encoding, CancellationToken cancellation)
    {
        using var only = await BeginChangeAsync(cancellation);
        var record = await EncodingLookup.RequireAsync(ports.Catalog, options, encoding, cancellation);
        var progress = await ProgressOfAsync(record.Encoding.Id, cancellation);
        await EncodingRemoval.DropAsync(ports, record.Encoding.Id, cancellation);
        return progress;
    }

    /// <summary>Keeps other changes out, and ends what a killed one left half removed.</summary>
    private async Task<IngestLock> BeginChangeAsync(CancellationToken cancellation)
    {
        var only = IngestLock.Take(options);
        try
        {
            await EncodingRemoval.SweepAsync(ports, cancellation);
            return only;
        }
        catch
        {
            only.Dispose();
            throw;
        }
    }

    private async Task<EncodingProgress> ProgressOfAsync(string encodingId, CancellationToken cancellation)
    {
        var videos = await ports.Catalog.ListVideosAsync(cancellation);
        return (await EncodingOverview.ListAsync(ports.Catalog, videos.Count, cancellation)).Single(progress => progress.Encoding.Id == encodingId);
    }
}
