using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>
/// What is done once nothing is left to do about a video: vector files of lost leases are swept, and what could not be had
/// is noted with the video. Idempotent.
/// </summary>
internal sealed class VideoCompletion(ArchivePorts ports, string encodingId)
{
    /// <summary>Whether every chunk is where it will stay.</summary>
    public static bool IsComplete(IReadOnlyList<ChunkRecord> chunks) =>
        chunks.All(chunk => chunk.State is ChunkState.Indexed or ChunkState.Quarantined);

    /// <param name="video">As the catalogue has it.</param>
    /// <param name="chunks">All of the video, as they are now.</param>
    /// <param name="grid">Its samples.</param>
    /// <param name="cancellation">Stops between the steps.</param>
    /// <returns>Null for a video that lost nothing.</returns>
    public async Task<ChunkDamage?> CompleteAsync(VideoRecord video, IReadOnlyList<ChunkRecord> chunks, SampleGrid grid, CancellationToken cancellation)
    {
        var damage = ChunkDamage.Of(chunks, grid);
        await SweepAsync(video.Id, cancellation);
        if (damage is { Failure: null } && video.Warning != damage.Message)
            await ports.Catalog.PutVideoAsync(video with { Warning = damage.Message }, cancellation);
        return damage;
    }

    /// <summary>Deletes the vector files of a video that count nowhere. A leased chunk's file may be whole and its commit on the way: it stays.</summary>
    public Task SweepAsync(VideoId video, CancellationToken cancellation) => ports.RawVectors.SweepAsync(video, encodingId, async token =>
        (await ports.Catalog.ListChunksAsync(video, encodingId, token)).Where(chunk => chunk.Token is not null)
            .Select(chunk => new RawVectorKey(video, encodingId, chunk.Chunk.Index, chunk.Token!)).ToHashSet(), cancellation);

    /// <summary>Makes chunks pending again whose vector files are lost or broken.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RequeueBrokenAsync(VideoId video, CancellationToken cancellation)
    {
        var broken = new List<int>();
        foreach (var record in await ports.Catalog.ListChunksAsync(video, encodingId, cancellation))
        {
            if (record.State is not (ChunkState.Embedded or ChunkState.Indexed)) continue;
            try
            {
                await ports.RawVectors.ReadAsync(new RawVectorKey(video, encodingId, record.Chunk.Index, record.Token!), cancellation);
            }
            catch (ClusterSearchException lost) when (lost.Code == ErrorCodes.ArchiveCorrupt)
            {
                broken.Add(record.Chunk.Index);
            }
        }
        if (broken.Count > 0) await ports.Catalog.RequeueAsync(video, encodingId, broken, cancellation);
        return broken.Count;
    }
}
