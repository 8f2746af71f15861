using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Archive.Verification;

/// <summary>Holds a whole vector file, read in pieces, against what ledger and encoding say of it.</summary>
internal sealed class ChunkContent(Encoding encoding, ChunkRecord record)
{
    /// <summary>What rounding may do to a length of 1, and more.</summary>
    private const double LengthTolerance = 1e-3;

    private long _last = record.Chunk.Samples.First - 1;
    private long _count;

    /// <summary>The first thing that is wrong; null so far.</summary>
    public string? Fault { get; private set; }

    /// <summary>Asked at the end: whether the ledger counts as many samples.</summary>
    public string? CountFault => _count == record.Result!.SampleCount && record.Chunk.Samples.Count - _count == record.Result.MissingSamples
        ? null
        : $"{record.Result.SampleCount} samples and {record.Result.MissingSamples} missing ones of {record.Chunk.Samples.Count} stand in the ledger, {_count} samples in the vector file";

    public void Add(EmbeddedChunk piece)
    {
        _count += piece.Count;
        if (piece.Dimension != encoding.Dimension)
        {
            Fault = $"vectors of {encoding.Dimension} dimensions were expected, {piece.Dimension} found";
            return;
        }
        var labels = encoding.Labels?.Count ?? 0;
        for (var i = 0; i < piece.Count && Fault is null; i++)
        {
            var number = piece.Numbers[i];
            if (number <= _last || !record.Chunk.Samples.Contains(number))
                Fault = $"sample numbers that ascend in {record.Chunk.Samples} were expected, {number} found behind {_last}";
            _last = number;
            // Covers what is not a number.
            if (!(Math.Abs(DotProduct.Of(piece.Vector(i), piece.Vector(i)) - 1) <= LengthTolerance))
                Fault = $"vectors of length 1 were expected, that of sample {number} has another";
            foreach (var label in piece.LabelsOf(i))
                if (label.Label >= labels || !(label.Score is >= 0 and <= 1))
                    Fault = $"labels 0 to {labels - 1} with scores 0 to 1 were expected, sample {number} has label {label.Label} with {label.Score}";
        }
    }
}
