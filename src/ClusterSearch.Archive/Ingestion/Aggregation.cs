using System.Diagnostics;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using ClusterSearch.Core.Vectors;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// Cuts a video's raw embeddings into shots and units, across chunk boundaries, and writes them to the vector store.
/// <para>
/// Advances over the contiguous prefix of chunks that are embedded, indexed or quarantined. Whether a shot is cut between
/// two samples depends on these two alone, so everything but the unit at the end of the prefix is final; that open unit is
/// written as it stands and replaced when its next samples arrive. A quarantined chunk is a gap at which shots end.
/// </para>
/// <para>
/// A chunk that is embedded later than those behind it (a retried one) is written, and with it all chunks behind it: the
/// shot and the unit that run out of it may reach into them.
/// </para>
/// <para>
/// Crash: the ledger is told once everything is in the store. Done again, the same units replace themselves.
/// </para>
/// </summary>
internal sealed class Aggregation(ArchivePorts ports, EncodingRecord encoding, ShotOptions shotOptions)
{
    private readonly string _encodingId = encoding.Encoding.Id;

    /// <summary>Writes what has become ready. Call for one video at a time, from the one writer of the index.</summary>
    /// <param name="video">As the catalogue has it.</param>
    /// <param name="grid">Its samples in the encoding.</param>
    /// <param name="trace">Its plan's, to go on with; null: as part of what is going on here.</param>
    /// <param name="cancellation">Ends between two writes.</param>
    /// <returns>Samples written, those written again included.</returns>
    public async Task<long> AdvanceAsync(VideoRecord video, SampleGrid grid, string? trace, CancellationToken cancellation)
    {
        using var span = TraceContext.Continue(trace, Telemetry.Spans.Aggregate, ActivityKind.Consumer);
        span?.SetTag(Telemetry.Attributes.Video, video.Id.Value).SetTag(Telemetry.Attributes.Encoding, _encodingId);
        var started = Stopwatch.GetTimestamp();
        var chunks = await ports.Catalog.ListChunksAsync(video.Id, _encodingId, cancellation);
        var samples = await WriteAsync(video, grid, chunks, isWhole: false, span, cancellation)
            // The index does not hold what the ledger says it holds: write the video as a whole.
            ?? await WriteAsync(video, grid, chunks, isWhole: true, span, cancellation)
            ?? 0;
        span?.SetTag(Telemetry.Attributes.Samples, samples);
        Telemetry.SamplesIndexed.Add(samples);
        Telemetry.AggregateDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        return samples;
    }

    /// <returns>Samples written; null when the state before the first chunk could not be recovered from the index.</returns>
    private async Task<long?> WriteAsync(
        VideoRecord video, SampleGrid grid, IReadOnlyList<ChunkRecord> chunks, bool isWhole, Activity? span, CancellationToken cancellation)
    {
        var writer = new UnitWriter(ports, video, _encodingId, grid, shotOptions);
        var written = new List<int>();
        for (var i = 0; i < chunks.Count && chunks[i].State is ChunkState.Embedded or ChunkState.Indexed or ChunkState.Quarantined; i++)
        {
            if (chunks[i].State == ChunkState.Quarantined)
            {
                if (written.Count > 0) writer.Skip(chunks[i].Chunk);
                continue;
            }
            if (chunks[i].State == ChunkState.Indexed && written.Count == 0 && !isWhole) continue;
            if (written.Count == 0 && !await writer.ResumeAsync(chunks, i, isWhole, cancellation)) return null;
            await writer.AddAsync(chunks[i], cancellation);
            written.Add(chunks[i].Chunk.Index);
        }
        await writer.FlushAsync(cancellation);
        if (written.Count == 0) return writer.SamplesWritten;
        await TransientRetry.UntilAnsweredAsync(ports.Time, async token =>
        {
            await ports.Catalog.MarkIndexedAsync(video.Id, _encodingId, written, token);
            return true;
        }, cancellation);
        span?.SetTag(Telemetry.Attributes.Chunks, written.Count == 1 ? $"{written[0]}" : $"{written[0]}-{written[^1]}");
        return writer.SamplesWritten;
    }
}
