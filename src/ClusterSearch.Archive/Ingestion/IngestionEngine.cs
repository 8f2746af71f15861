using ClusterSearch.Archive.Backup;
using ClusterSearch.Archive.Encodings;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Verification;
using ClusterSearch.Archive.Watching;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// The engine behind <see cref="IIngestion"/>: runs the work classes by tasks of this process, or, where worker processes share
/// the archive, registers footage and watches them work.
/// </summary>
public sealed class IngestionEngine(ArchivePorts ports, ArchiveOptions options) : IIngestion
{
    public async Task<IngestReport> IngestAsync(IngestRequest request, IProgress<IngestProgress> progress, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Ingest);
        var meter = new RunMeter(progress, ports.Time);
        // Where worker processes work, a run only registers: it neither keeps others out nor ends their leases.
        await using var change = ports.Writer is null ? await ArchiveChange.BeginAsync(ports, options, cancellation) : null;
        if (change is not null) await ports.Catalog.FreeAllLeasesAsync(cancellation);
        var (encoding, model) = await EncodingChoice.ChooseAsync(ports, options, request, cancellation);
        using (model)
        {
            span?.SetTag(Telemetry.Attributes.Encoding, encoding.Encoding.Id);
            var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
            IngestReport report;
            if (change is null)
            {
                // Only workers compute with it.
                model.Dispose();
                report = await new WatchedRun(ports, options, places, request, encoding, meter).RunAsync(cancellation);
            }
            else
            {
                using var run = new IngestRun(ports, places, request, encoding, model, meter);
                report = await run.RunAsync(options.LeaseDuration, cancellation);
            }
            foreach (var failure in report.Failures)
                Telemetry.FileFailures.Add(1, new KeyValuePair<string, object?>(Telemetry.Attributes.ErrorCode, failure.Code));
            return report with { Encoding = await ProgressOfAsync(encoding.Encoding.Id, cancellation) };
        }
    }

    public async Task<WatchReport> WatchAsync(WatchRequest request, IWatchObserver observer, CancellationToken cancellation)
    {
        // As for a run: beside worker processes a watch only registers.
        await using var change = ports.Writer is null ? await ArchiveChange.BeginAsync(ports, options, cancellation) : null;
        if (change is not null) await ports.Catalog.FreeAllLeasesAsync(cancellation);
        var (encoding, model) = await EncodingChoice.ChooseAsync(ports, options, request.Ingest, cancellation);
        using (model)
        {
            var places = await PlaceBook.LoadAsync(ports.Catalog, cancellation);
            if (change is null)
            {
                model.Dispose();
                using var registering = new WatchRun(ports, places, request, encoding, new OthersWork(ports, options), observer);
                return await registering.RunAsync(() => cancellation.IsCancellationRequested, cancellation);
            }
            using var work = new StandingWork(ports, request.Ingest, encoding, model, options.LeaseDuration, request.Once ? RetryPolicy.AtOnce : RetryPolicy.Default, observer);
            using var watch = new WatchRun(ports, places, request, encoding, work, observer);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var working = work.RunAsync(stop.Token);
            // Work that ends by itself has failed, and nothing is left to watch for.
            _ = working.ContinueWith(_ => stop.Cancel(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            var report = await watch.RunAsync(() => cancellation.IsCancellationRequested || working.IsFaulted, stop.Token);
            await stop.CancelAsync();
            await working.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (working.IsFaulted) await working;
            return report;
        }
    }

    public async Task RemoveVideoAsync(VideoId video, CancellationToken cancellation)
    {
        await using var change = await ArchiveChange.BeginAsync(ports, options, cancellation);
        await VideoRemoval.RemoveAsync(ports, video, change.Cancellation);
    }

    public async Task<int> RetryAsync(VideoId? video, CancellationToken cancellation)
    {
        // The ledger alone changes: workers of a shared archive need not step back.
        await using var change = ports.Writer is null ? await ArchiveChange.BeginAsync(ports, options, cancellation) : null;
        return await ports.Catalog.RetryAsync(video, cancellation);
    }

    public async Task<ReindexReport> ReindexAsync(string? encoding, IProgress<IngestProgress> progress, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Reindex);
        await using var change = await ArchiveChange.BeginAsync(ports, options, cancellation);
        var named = await EncodingLookup.RequireAsync(ports.Catalog, options, encoding, cancellation);
        var encodings = encoding is null ? await ports.Catalog.ListEncodingsAsync(cancellation) : [named];
        return await new Reindexing(ports, new RunMeter(progress, ports.Time)).RunAsync(encodings, change.Cancellation);
    }

    public async Task<VerifyReport> VerifyAsync(VerifyRequest request, CancellationToken cancellation)
    {
        var named = request.Encoding is null ? null : await EncodingLookup.RequireAsync(ports.Catalog, options, request.Encoding, cancellation);
        if (!request.Repair) return await new ArchiveVerification(ports).VerifyAsync(request.Digest, named, cancellation);
        // Every change begins by deleting these: they are told from before it.
        var unknown = named is null ? await new ArchiveVerification(ports).FindUnknownEncodingsAsync(cancellation) : [];
        await using var change = await ArchiveChange.BeginAsync(ports, options, cancellation);
        var found = await new ArchiveVerification(ports).VerifyAsync(request.Digest, named, change.Cancellation);
        found = found with { Leftovers = [.. unknown, .. found.Leftovers.Where(leftover => leftover.Code != VerifyCodes.EncodingUnknown)] };
        if (found.Ok && found.Leftovers.Count == 0) return found;
        var requeued = await new ArchiveRepair(ports).RepairAsync([.. found.Problems, .. found.Leftovers], change.Cancellation);
        var mended = await new ArchiveVerification(ports).VerifyAsync(request.Digest, named, change.Cancellation);
        return mended with { Problems = found.Problems, Leftovers = found.Leftovers, Requeued = requeued };
    }

    public Task<BackupReport> BackupAsync(BackupRequest request, CancellationToken cancellation) =>
        new ArchiveBackup(ports, options).RunAsync(request, cancellation);

    public Task<ArchiveStatus> StatusAsync(CancellationToken cancellation) => new StatusReport(ports).MakeAsync(cancellation);

    public Task<EncodingUse> UseEncodingAsync(string encoding, bool force, CancellationToken cancellation) =>
        new EncodingSwitch(ports, options).UseAsync(encoding, force, cancellation);

    public async Task<EncodingProgress> DropEncodingAsync(string encoding, CancellationToken cancellation)
    {
        await using var change = await ArchiveChange.BeginAsync(ports, options, cancellation);
        var record = await EncodingLookup.RequireAsync(ports.Catalog, options, encoding, cancellation);
        var progress = await ProgressOfAsync(record.Encoding.Id, cancellation);
        await EncodingRemoval.DropAsync(ports, record.Encoding.Id, change.Cancellation);
        return progress;
    }

    private async Task<EncodingProgress> ProgressOfAsync(string encodingId, CancellationToken cancellation)
    {
        var videos = await ports.Catalog.ListVideosAsync(cancellation);
        return (await EncodingOverview.ListAsync(ports.Catalog, videos.Count, cancellation)).Single(progress => progress.Encoding.Id == encodingId);
    }
}
