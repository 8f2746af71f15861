using System.Diagnostics;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.ServiceDefaults;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// The work on one chunk: claim, decode and embed, write the vector file, commit.
/// <para>
/// Normal operation: the lease is renewed at a third of its time while work goes on. The vector file is named by the
/// lease's token and counts only once the ledger has taken the commit under that token.
/// Crash: the lease lapses, the chunk is claimed again under a new token, the old file is swept.
/// Lost lease: when no renewal came through for two thirds of the lease, by a monotonic clock, the work stops by itself
/// before anybody else can begin. Stop asked for: the lease is given back, nothing is counted.
/// Catalogue away: the work goes on, and its result is offered again and again as long as the lease lasts.
/// A footage fault that will repeat is permanent and quarantines the chunk; any other counts as an attempt.
/// A full disk, a broken model or footage whose disk is not mounted here stops the worker: it is no fault of the chunk, whose
/// lease is given back.
/// </para>
/// </summary>
/// <param name="ports">The adapters.</param>
/// <param name="model">Of the encoding of every chunk that is worked on.</param>
/// <param name="resize">Of that encoding.</param>
/// <param name="hardwareAcceleration">ffmpeg's name of it; null: none.</param>
/// <param name="retries">When a chunk that failed may be claimed again.</param>
/// <param name="findVideo">Looks a video up; may ask the catalogue.</param>
internal sealed class ChunkWork(
    ArchivePorts ports, IImageTextModel model, ResizeMode resize, string? hardwareAcceleration, RetryPolicy retries,
    Func<VideoId, CancellationToken, ValueTask<WorkVideo>> findVideo)
{
    /// <summary>How long giving a lease back is tried; then it lapses by itself.</summary>
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(5);

    private readonly FootageIdentity _identity = new();
    private readonly EmbeddingDrift _drift = new(model.Facts.Dimension);
    private readonly ILogger _log = ports.Logs.CreateLogger("ClusterSearch.ChunkWork");

    /// <summary>Claims and works off one chunk.</summary>
    /// <returns>Null when nothing could be claimed.</returns>
    /// <exception cref="ClusterSearchException">A fault that is not the chunk's: archive codes, model codes, environment.missing.</exception>
    public async Task<ChunkOutcome?> RunOneAsync(ClaimRequest claim, CancellationToken cancellation)
    {
        var askedAt = ports.Time.GetTimestamp();
        return await ports.Catalog.ClaimAsync(claim, cancellation) is { } lease ? await RunAsync(lease, askedAt, cancellation) : null;
    }

    /// <summary>Works off a chunk that was claimed.</summary>
    /// <param name="lease">The right to it.</param>
    /// <param name="askedAt">Timestamp from before it was claimed.</param>
    /// <param name="cancellation">A stop: the lease is given back.</param>
    /// <exception cref="ClusterSearchException">As <see cref="RunOneAsync"/>.</exception>
    public async Task<ChunkOutcome> RunAsync(ChunkLease lease, long askedAt, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        using var keeper = new LeaseKeeper(token => ports.Catalog.RenewAsync(lease, lease.Duration, token), lease.Duration, askedAt, ports.Time, cancellation);
        var outcome = await WorkAsync(lease, keeper, cancellation);
        Telemetry.Chunks.Add(1, new KeyValuePair<string, object?>(Telemetry.Attributes.Outcome, outcome.Kind.ToString()));
        Telemetry.ChunkDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        return outcome;
    }

    /// <summary>Gives a lease back that nothing was done with; a fault is logged only, since the lease lapses by itself.</summary>
    public async Task ReleaseAsync(ChunkLease lease)
    {
        using var limit = new CancellationTokenSource(ReleasePatience, ports.Time);
        try
        {
            await TransientRetry.UntilAnsweredAsync(ports.Time, token => ports.Catalog.ReleaseAsync(lease, token), limit.Token);
        }
        catch (Exception fault) when (fault is ClusterSearchException or OperationCanceledException)
        {
            _log.LogWarning("Chunk {Chunk} of {Video} could not be given back: {Message}", lease.Chunk.Index, lease.Video, fault.Message);
        }
    }

    private async Task<ChunkOutcome> WorkAsync(ChunkLease lease, LeaseKeeper keeper, CancellationToken cancellation)
    {
        try
        {
            return await WorkAsync(lease, keeper);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await ReleaseAsync(lease);
            throw;
        }
        catch (OperationCanceledException)
        {
            return ChunkOutcome.Fenced(lease);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A chunk that was too much is not given back: the crash that follows counts against it.
            await ReleaseAsync(lease);
            throw;
        }
    }

    private async Task<ChunkOutcome> WorkAsync(ChunkLease lease, LeaseKeeper keeper)
    {
        try
        {
            return await EmbedAndCommitAsync(lease, await findVideo(lease.Video, keeper.Lost), keeper.Lost);
        }
        catch (ClusterSearchException fault) when (fault.Code.StartsWith("footage.", StringComparison.Ordinal) && fault.Code != ErrorCodes.FootageAway)
        {
            // What is there or sound again next time; what the decoder refuses it will refuse again.
            var permanent = fault.Code is not (ErrorCodes.FootageLimit or ErrorCodes.FootageUnreadable or ErrorCodes.FootageNotFound
                or ErrorCodes.FootageChanged or ErrorCodes.FootageDecoderCrashed);
            _log.LogWarning("Chunk {Chunk} of {Video} failed: {Message}", lease.Chunk.Index, lease.Video, fault.Message);
            var failure = new Failure(fault.Code, fault.Message);
            return await TransientRetry.UntilAnsweredAsync(
                    ports.Time, token => ports.Catalog.FailChunkAsync(lease, failure, permanent, retries.After(lease.Attempts), token), keeper.Lost)
                ? new ChunkOutcome(lease, ChunkOutcomeKind.Failed, 0, 0, failure)
                : ChunkOutcome.Fenced(lease) with { Failure = failure };
        }
    }

    private async Task<ChunkOutcome> EmbedAndCommitAsync(ChunkLease lease, WorkVideo video, CancellationToken lost)
    {
        using var span = TraceContext.Continue(video.Trace, Telemetry.Spans.ChunkWork, ActivityKind.Consumer);
        span?.SetTag(Telemetry.Attributes.Video, lease.Video.Value).SetTag(Telemetry.Attributes.Encoding, lease.EncodingId)
            .SetTag(Telemetry.Attributes.Chunk, lease.Chunk.Index).SetTag(Telemetry.Attributes.Device, model.Device);
        try
        {
            var (chunk, trace) = await EmbedAsync(lease, video, lost);
            var isCommitted = await CommitAsync(lease, chunk, trace, lost);
            var outcome = isCommitted
                ? new ChunkOutcome(lease, ChunkOutcomeKind.Embedded, chunk.Count, video.Grid.SpanSeconds(lease.Chunk.Samples), null)
                : ChunkOutcome.Fenced(lease);
            span?.SetTag(Telemetry.Attributes.Outcome, outcome.Kind.ToString()).SetTag(Telemetry.Attributes.Samples, outcome.Samples);
            if (isCommitted) Count(outcome, chunk);
            return outcome;
        }
        catch (Exception fault) when (span is not null)
        {
            span.SetTag(Telemetry.Attributes.ErrorCode, (fault as ClusterSearchException)?.Code ?? fault.GetType().Name).SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    /// <returns>False when the lease was lost.</returns>
    private async Task<bool> CommitAsync(ChunkLease lease, EmbeddedChunk chunk, DecodeTrace trace, CancellationToken lost)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.ChunkCommit);
        var key = new RawVectorKey(lease.Video, lease.EncodingId, lease.Chunk.Index, lease.Token);
        var receipt = await ports.RawVectors.WriteAsync(key, chunk, lost);
        var result = new ChunkResult(receipt, chunk.Count, lease.Chunk.Samples.Count - chunk.Count, model.EncoderFingerprint, trace.Warning);
        return await TransientRetry.UntilAnsweredAsync(ports.Time, token => ports.Catalog.CommitAsync(lease, result, token), lost);
    }

    private void Count(ChunkOutcome outcome, EmbeddedChunk chunk)
    {
        KeyValuePair<string, object?> encoding = new(Telemetry.Attributes.Encoding, outcome.Lease.EncodingId), device = new(Telemetry.Attributes.Device, model.Device);
        Telemetry.SamplesEmbedded.Add(outcome.Samples, encoding, device);
        Telemetry.FootageEmbedded.Add(outcome.Seconds, encoding, device);
        if (Telemetry.EmbeddingDrift.Enabled && _drift.Add(chunk.Vectors) is { } drift) Telemetry.EmbeddingDrift.Record(drift, encoding, device);
    }

    private async Task<(EmbeddedChunk Chunk, DecodeTrace Trace)> EmbedAsync(ChunkLease lease, WorkVideo work, CancellationToken cancellation)
    {
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.ChunkEmbed);
        var (video, places) = (work.Record, work.Places);
        var path = places.FindFile(video) ?? throw Gone(video, places);
        await _identity.RequireAsync(path, video, cancellation);
        var trace = new DecodeTrace();
        var request = new FrameRequest
        {
            Path = path,
            Facts = video.Facts,
            Grid = work.Grid,
            Samples = lease.Chunk.Samples,
            Resize = resize,
            FastShortestEdge = model.Facts.ResizeShortestEdge,
            HardwareAcceleration = hardwareAcceleration,
        };
        var chunk = await new ChunkEmbedding(ports.Footage, model.Images, model.Facts.Dimension).EmbedAsync(request, trace, cancellation);
        Telemetry.FramesDecoded.Add(trace.DecodedFrames);
        // Read from a file that was replaced meanwhile, these are samples of nothing that is registered.
        await _identity.RequireAsync(path, video, cancellation);
        if (chunk.Count == 0)
            throw new ClusterSearchException(ErrorCodes.FootageDecode,
                $"{path}: none of the samples {lease.Chunk.Samples} could be decoded ({trace.Warning ?? "the decoder gave no reason"})");
        if (trace.Warning is not null || trace.MissingSamples > 0)
            _log.LogWarning("{Path}: {Warning}; {Missing} samples missing in chunk {Chunk}", path, trace.Warning, trace.MissingSamples, lease.Chunk.Index);
        return (chunk, trace);
    }

    private static ClusterSearchException Gone(VideoRecord video, PlaceBook places) => places.RootsAway(video) is [var away, ..]
        ? new ClusterSearchException(ErrorCodes.FootageAway,
            $"{away.Directory}: the root '{away.Name}' of the footage is not there; mount it, or say where it lies here with --root {away.Name}=DIR")
        { IsTransient = true }
        : new ClusterSearchException(ErrorCodes.FootageNotFound,
            $"{video.Places.Select(places.PathOf).FirstOrDefault() ?? video.Id.Value}: the file was there when it was registered and is gone");
}

internal enum ChunkOutcomeKind
{
    Embedded,
    Failed,

    /// <summary>The lease was lost; somebody else has the chunk.</summary>
    Fenced,
}

/// <param name="Samples">Embedded.</param>
/// <param name="Seconds">Of footage, embedded.</param>
/// <param name="Failure">What went wrong, of a fenced chunk too; null when nothing did.</param>
internal sealed record ChunkOutcome(ChunkLease Lease, ChunkOutcomeKind Kind, long Samples, double Seconds, Failure? Failure)
{
    public static ChunkOutcome Fenced(ChunkLease lease) => new(lease, ChunkOutcomeKind.Fenced, 0, 0, null);
}
