using System.Runtime.CompilerServices;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;

namespace ClusterSearch.Archive.Vectors;

/// <summary>A video's raw embeddings read from its vector files.</summary>
internal static class VideoPieces
{
    private const int SamplesPerPiece = 4096;

    /// <summary>Samples in order, in pieces: a chunk that is not counted separates two.</summary>
    /// <param name="vectors">Where the vector files are read.</param>
    /// <param name="video">Whose.</param>
    /// <param name="encodingId">In which encoding.</param>
    /// <param name="chunks">All of the video, in order.</param>
    /// <param name="counts">Which states count.</param>
    /// <param name="cancellation">Checked between files.</param>
    public static async Task<List<EmbeddedChunk>> ReadAsync(
        IRawVectorStore vectors, VideoId video, string encodingId, IReadOnlyList<ChunkRecord> chunks, Func<ChunkState, bool> counts,
        CancellationToken cancellation)
    {
        var pieces = new List<EmbeddedChunk>();
        var open = new List<EmbeddedChunk>();
        foreach (var record in chunks)
        {
            if (!counts(record.State))
            {
                Close();
                continue;
            }
            var chunk = await vectors.ReadAsync(Key(video, encodingId, record), cancellation);
            if (chunk.Count > 0) open.Add(chunk);
        }
        Close();
        return pieces;

        void Close()
        {
            if (open.Count > 0) pieces.Add(EmbeddedChunk.Join([.. open]));
            open.Clear();
        }
    }

    /// <summary>Samples in order, a few thousand at once, so that memory does not grow with the video.</summary>
    /// <param name="ports">Where the vector files are read.</param>
    /// <param name="video">Whose.</param>
    /// <param name="encodingId">In which encoding.</param>
    /// <param name="chunks">All of the video, in order; those that are embedded count.</param>
    /// <param name="cancellation">Checked between pieces.</param>
    /// <returns>Samples; entry i of the starts is true when a shot starts at sample i of the piece.</returns>
    public static async IAsyncEnumerable<(EmbeddedChunk Piece, bool[] ShotStarts)> StreamAsync(
        ArchivePorts ports, VideoId video, string encodingId, IReadOnlyList<ChunkRecord> chunks, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var cuts = new ShotCuts(ShotOptions.Default);
        foreach (var record in chunks.Where(IsEmbedded))
        {
            await foreach (var piece in ports.RawVectors.ReadPiecesAsync(Key(video, encodingId, record), SamplesPerPiece, cancellation))
                yield return (piece, cuts.Next(piece));
        }
    }

    /// <summary>Whether a chunk has a vector file that counts.</summary>
    public static bool IsEmbedded(ChunkRecord chunk) => chunk.State is ChunkState.Embedded or ChunkState.Indexed;

    public static RawVectorKey Key(VideoId video, string encodingId, ChunkRecord chunk) => new(video, encodingId, chunk.Chunk.Index, chunk.Token!);
}
