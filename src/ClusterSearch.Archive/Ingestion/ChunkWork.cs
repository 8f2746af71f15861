using System.Diagnostics;
using ClusterSearch.Archive.Footage;
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
/// A footage fault that will repeat is permanent and quarantines the chunk; any other counts as an attempt.
/// A full disk or a broken model stops the worker: it is no fault of the chunk, whose lease is given back.
/// </para>
/// </summary>
internal sealed class ChunkWork(
    ArchivePorts ports, PlaceBook places, IImageTextModel model, ResizeMode resize,
    string? hardwareAcceleration, Func<VideoId, VideoRecord> videoOf, Func<VideoId, SampleGrid> gridOf)
{
    private readonly ILogger _log = ports.Logs.CreateLogger("ClusterSearch.ChunkWork");

    /// <summary>Claims and works off one chunk.</summary>
    /// <returns>Null when nothing could be claimed.</returns>
    /// <exception cref="ClusterSearchException">A fault that is not the chunk's: archive codes, model codes, environment.missing.</exception>
    public async Task<ChunkOutcome?> RunOneAsync(ClaimRequest claim, CancellationToken cancellation)
    {
        var lease = await ports.Catalog.ClaimAsync(claim, cancellation);
        if (lease is null) return null;
        using var span = Telemetry.Source.StartActivity(Telemetry.Spans.ChunkWork);
        span?.SetTag(Telemetry.Attributes.Video, lease.Video.Value).SetTag(Telemetry.Attributes.Chunk, lease.Chunk.Index);
        var started = Stopwatch.GetTimestamp();
        using var keeper = new LeaseKeeper(ports.Catalog, lease, ports.Time, cancellation);
        var outcome = await WorkAsync(lease, keeper, cancellation);
        span?.SetTag(Telemetry.Attributes.Outcome, outcome.Kind.ToString());
        Telemetry.Chunks.Add(1, new KeyValuePair<string, object?>(Telemetry.Attributes.Outcome, outcome.Kind.ToString()));
        Telemetry.ChunkDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        return outcome;
    }

    private async Task<ChunkOutcome> WorkAsync(ChunkLease lease, LeaseKeeper keeper, CancellationToken cancellation)
    {
        try
        {
            var (chunk, trace) = await EmbedAsync(lease, keeper.Lost);
            var key = new RawVectorKey(lease.Video, lease.EncodingId, lease.Chunk.Index, lease.Token);
            var receipt = await ports.RawVectors.WriteAsync(key, chunk, keeper.Lost);
            var missing = lease.Chunk.Samples.Count - chunk.Count;
            var committed = await ports.Catalog.CommitAsync(
                lease, new ChunkResult(receipt, chunk.Count, missing, model.EncoderFingerprint, trace.Warning), keeper.Lost);
            if (!committed) return new ChunkOutcome(lease, ChunkOutcomeKind.Fenced, 0, null);
            Telemetry.SamplesEmbedded.Add(chunk.Count);
            Telemetry.FootageEmbedded.Add(gridOf(lease.Video).SpanSeconds(lease.Chunk.Samples));
            return new ChunkOutcome(lease, ChunkOutcomeKind.Embedded, chunk.Count, null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await ReleaseAsync(lease);
            throw;
        }
        catch (OperationCanceledException)
        {
            return new ChunkOutcome(lease, ChunkOutcomeKind.Fenced, 0, null);
        }
        catch (ClusterSearchException fault) when (fault.Code.StartsWith("footage.", StringComparison.Ordinal))
        {
            // A missing or changed file and a limit may be otherwise next time; what the decoder refuses it will refuse again.
            var permanent = fault.Code is not (ErrorCodes.FootageLimit or ErrorCodes.FootageUnreadable);
            _log.LogWarning("Chunk {Chunk} of {Video} failed: {Message}", lease.Chunk.Index, lease.Video, fault.Message);
            await ports.Catalog.FailChunkAsync(lease, new Failure(fault.Code, fault.Message), permanent, TimeSpan.Zero, CancellationToken.None);
            return new ChunkOutcome(lease, ChunkOutcomeKind.Failed, 0, new Failure(fault.Code, fault.Message));
        }
        catch
        {
            await ReleaseAsync(lease);
            throw;
        }
    }

    private async Task<(EmbeddedChunk Chunk, DecodeTrace Trace)> EmbedAsync(ChunkLease lease, CancellationToken cancellation)
    {
        var video = videoOf(lease.Video);
        var path = places.FindFile(video)
            ?? throw new ClusterSearchException(ErrorCodes.FootageNotFound,
                $"{video.Places.Select(places.PathOf).FirstOrDefault() ?? video.Id.Value}: the file was there when it was registered and is gone");
        if (new FileInfo(path).Length != video.Facts.FileBytes)
            throw new ClusterSearchException(ErrorCodes.FootageChanged,
                $"{path}: {video.Facts.FileBytes} bytes were registered, {new FileInfo(path).Length} found; the file was replaced, ingest it again");
        var trace = new DecodeTrace();
        var request = new FrameRequest
        {
            Path = path,
            Facts = video.Facts,
            Grid = gridOf(lease.Video),
            Samples = lease.Chunk.Samples,
            Resize = resize,
            FastShortestEdge = model.Facts.ResizeShortestEdge,
            HardwareAcceleration = hardwareAcceleration,
        };
        var chunk = await new ChunkEmbedding(ports.Footage, model.Images, model.Facts.Dimension).EmbedAsync(request, trace, cancellation);
        Telemetry.FramesDecoded.Add(trace.DecodedFrames);
        if (chunk.Count == 0)
            throw new ClusterSearchException(ErrorCodes.FootageDecode,
                $"{path}: none of the samples {lease.Chunk.Samples} could be decoded ({trace.Warning ?? "the decoder gave no reason"})");
        if (trace.Warning is not null || trace.MissingSamples > 0)
            _log.LogWarning("{Path}: {Warning}; {Missing} samples missing in chunk {Chunk}", path, trace.Warning, trace.MissingSamples, lease.Chunk.Index);
        return (chunk, trace);
    }

    private async Task ReleaseAsync(ChunkLease lease)
    {
        try
        {
            await ports.Catalog.ReleaseAsync(lease, CancellationToken.None);
        }
        catch (ClusterSearchException fault)
        {
            // The lease lapses by itself.
            _log.LogWarning("Chunk {Chunk} of {Video} could not be given back: {Message}", lease.Chunk.Index, lease.Video, fault.Message);
        }
    }
}

internal enum ChunkOutcomeKind
{
    Embedded,
    Failed,

    /// <summary>The lease was lost; somebody else has the chunk.</summary>
    Fenced,
}

internal sealed record ChunkOutcome(ChunkLease Lease, ChunkOutcomeKind Kind, long Samples, Failure? Failure);
