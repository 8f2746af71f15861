using System.Diagnostics;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// Makes a file's video known: place -> (unchanged by size and time) or fingerprint -> probe -> video -> plan.
/// A file that fails leaves a failure at its place and nothing else; the next run tries it again.
/// </summary>
internal sealed class FileRegistration(ArchivePorts ports, PlaceBook places, IngestRequest request, string encodingId, Sampling sampling)
{
    /// <returns>What the file turned out to be.</returns>
    /// <exception cref="ClusterSearchException">footage codes: this file's own fault, already recorded.</exception>
    public async Task<RegisteredFile> RegisterAsync(DiscoveredFile file, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.Register);
        var place = await places.FindOrRegisterAsync(file, cancellation);
        try
        {
            var registered = await RegisterAsync(file.Path, place, cancellation);
            await ports.Catalog.ClearFailureAsync(place, cancellation);
            return registered;
        }
        catch (ClusterSearchException fault) when (fault.Code.StartsWith("footage.", StringComparison.Ordinal))
        {
            span?.SetTag(Telemetry.Attributes.ErrorCode, fault.Code);
            await ports.Catalog.RecordFailureAsync(
                new FailureRecord(place, null, new Failure(fault.Code, fault.Message)), cancellation);
            throw;
        }
    }

    private async Task<RegisteredFile> RegisterAsync(string path, Place place, CancellationToken cancellation)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw Directory.Exists(path)
                ? new ClusterSearchException(ErrorCodes.FootageUnreadable, $"{path}: a file was expected, a directory found")
                : new ClusterSearchException(ErrorCodes.FootageNotFound, $"{path}: no such file");
        }
        if (file.Length == 0) throw new ClusterSearchException(ErrorCodes.FootageEmpty, $"{path}: the file is empty");
        var modifiedAt = UnixNanoseconds(file.LastWriteTimeUtc);

        var known = await ports.Catalog.FindPlaceAsync(place, cancellation);
        var isSameFile = known is not null && known.FileBytes == file.Length && known.ModifiedAtUnixNanoseconds == modifiedAt;
        // A recording that was followed while it grew has a provisional id and may lack its end: closed, it is a video like any other.
        if (isSameFile && await ports.Catalog.FindVideoAsync(known!.Video, cancellation) is { IsGrowing: true }) isSameFile = false;
        var id = isSameFile ? known!.Video : await ContentFingerprint.OfAsync(path, cancellation);
        var video = await ports.Catalog.FindVideoAsync(id, cancellation);
        var isNew = video is null;
        if (video is null or { IsGrowing: true } || request.Camera is not null || request.Zone is not null || request.RecordedAt is not null)
            video = await PutVideoAsync(id, path, video, cancellation);
        await ports.Catalog.RecordPlaceAsync(new PlaceRecord(place, id, file.Length, modifiedAt), cancellation);

        var plan = await ports.Catalog.FindPlanAsync(id, encodingId, cancellation) ?? await PlanAsync(path, video, cancellation);
        return new RegisteredFile(path, video, plan,
            isNew ? FileOutcome.Added : isSameFile ? FileOutcome.Known : FileOutcome.Moved,
            known is not null && known.Video != id ? known.Video : null);
    }

    private async Task<VideoRecord> PutVideoAsync(VideoId id, string path, VideoRecord? known, CancellationToken cancellation)
    {
        var facts = known?.Facts ?? await ports.Footage.ProbeAsync(path, cancellation);
        var attributes = new VideoAttributes(
            request.Camera ?? known?.Attributes.Camera,
            request.Zone ?? known?.Attributes.Zone,
            request.RecordedAt ?? known?.Attributes.RecordedAt ?? facts.CreatedAt);
        // Before and after: whenever this is cut short, the next run still finds a difference or the index is made anew.
        var isIndexStale = known is not null && known.Attributes != attributes;
        if (isIndexStale) await UnmarkIndexedAsync(id, cancellation);
        var put = await ports.Catalog.PutVideoAsync(new VideoRecord { Id = id, Facts = facts, Attributes = attributes, Warning = known?.Warning }, cancellation);
        if (isIndexStale) await UnmarkIndexedAsync(id, cancellation);
        return put;
    }

    /// <summary>The index holds what filters look at: it is written anew from the vector files.</summary>
    private async Task UnmarkIndexedAsync(VideoId id, CancellationToken cancellation)
    {
        foreach (var encoding in await ports.Catalog.ListEncodingsAsync(cancellation))
            await ports.Catalog.UnmarkIndexedAsync(id, encoding.Encoding.Id, cancellation);
    }

    private async Task<VideoPlan> PlanAsync(string path, VideoRecord video, CancellationToken cancellation)
    {
        var listedTicks = sampling.Kind == SamplingKind.Grid
            ? null
            : await ports.Footage.ListFrameTicksAsync(path, video.Facts, sampling.Kind == SamplingKind.Keyframes, cancellation);
        var grid = SampleGrid.Create(video.Facts, sampling, listedTicks);
        if (grid.Count == 0)
            throw new ClusterSearchException(ErrorCodes.FootageDamaged, $"{path}: no frame with a presentation time was found");
        using var span = TraceContext.StartRoot(Telemetry.Spans.Plan, ActivityKind.Producer);
        span?.SetTag(Telemetry.Attributes.Video, video.Id.Value).SetTag(Telemetry.Attributes.Encoding, encodingId);
        // Without a usable index every chunk would be decoded from the beginning.
        var chunkDuration = video.Facts.Seekable ? request.ChunkDuration : ChunkPlan.MaximumChunkDuration;
        return await ports.Catalog.PlanAsync(video.Id, encodingId, ChunkPlan.For(grid, chunkDuration), listedTicks, cancellation);
    }

    internal static long UnixNanoseconds(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks * 100;
}

internal enum FileOutcome
{
    Added,

    /// <summary>Same place, same size and time.</summary>
    Known,

    /// <summary>Known content at a place that is new or has changed.</summary>
    Moved,
}

/// <param name="Displaced">The video that lay at this place before; null when it was this one, or none.</param>
internal sealed record RegisteredFile(string Path, VideoRecord Video, VideoPlan Plan, FileOutcome Outcome, VideoId? Displaced);
