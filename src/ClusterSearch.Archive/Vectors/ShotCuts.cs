using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Shots;

namespace ClusterSearch.Archive.Vectors;

/// <summary>Finds where shots start in samples that come in pieces, in order.</summary>
internal sealed class ShotCuts(ShotOptions options)
{
    private long _lastNumber;
    private float[]? _lastVector;

    /// <param name="piece">At least one sample, all behind those of earlier pieces.</param>
    /// <returns>Entry i is true when a shot starts at sample i of the piece; the very first sample starts one.</returns>
    public bool[] Next(EmbeddedChunk piece)
    {
        var starts = ShotDetection.ShotStarts(piece, options);
        starts[0] = _lastVector is null
            || ShotDetection.IsCut(_lastNumber, piece.Numbers[0], _lastVector, piece.Vector(0), piece.Timings[0], options);
        _lastNumber = piece.Numbers[^1];
        _lastVector = piece.Vector(piece.Count - 1).ToArray();
        return starts;
    }
}
