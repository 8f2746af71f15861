using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Shots;
using ClusterSearch.Core.Smoothing;

namespace ClusterSearch.Archive.Vectors;

/// <summary>A video's raw embeddings read from its vector files, and what follows from them.</summary>
internal static class VideoPieces
{
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
            var chunk = await vectors.ReadAsync(new RawVectorKey(video, encodingId, record.Chunk.Index, record.Token!), cancellation);
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

    /// <summary>Entries [First, End) of each shot of a piece.</summary>
    public static IEnumerable<(int First, int End)> Shots(EmbeddedChunk piece)
    {
        var starts = ShotDetection.ShotStarts(piece, ShotOptions.Default);
        for (int first = 0, end; first < piece.Count; first = end)
        {
            for (end = first + 1; end < piece.Count && !starts[end]; end++)
            {
            }
            yield return (first, end);
        }
    }

    /// <summary>One shot's vectors, smoothed as the default method does.</summary>
    public static float[] Smoothed(EmbeddedChunk piece, int first, int end) =>
        HaloSmoothing.Vectors(piece.Vectors.AsSpan(first * piece.Dimension, (end - first) * piece.Dimension), piece.Dimension);
}
