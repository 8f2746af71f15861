using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Kernels;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Quantisation;

/// <summary>
/// A unit as the index keeps it: each sample's rotated vector in bytes with a scale of its own, and its pieces with their
/// means. All of it follows from the unit's vectors and from constants of the format alone, so that a score never depends on what
/// else is stored.
/// </summary>
internal sealed class QuantisedUnit
{
    private QuantisedUnit(Unit unit, sbyte[] samples, float[] scales, PieceRow[] pieces, sbyte[] means)
    {
        FirstSample = unit.FirstSample;
        ShotFirstSample = unit.ShotFirstSample;
        Seconds = unit.Seconds;
        Digest = unit.Digest();
        (Samples, Scales, Pieces, Means) = (samples, scales, pieces, means);
    }

    public long FirstSample { get; }

    public long ShotFirstSample { get; }

    public double[] Seconds { get; }

    public int Count => Seconds.Length;

    /// <summary>Of the vectors as they were given.</summary>
    public ulong Digest { get; }

    /// <summary>[Count, padded dimension].</summary>
    public sbyte[] Samples { get; }

    /// <summary>One a sample.</summary>
    public float[] Scales { get; }

    /// <summary>In order, together all samples; each one's unit is not set.</summary>
    public PieceRow[] Pieces { get; }

    /// <summary>[pieces, padded dimension].</summary>
    public sbyte[] Means { get; }

    public static QuantisedUnit Of(Unit unit, RandomRotation rotation)
    {
        var dimension = rotation.PaddedDimension;
        var rows = new float[unit.Count * dimension];
        rotation.Rotate(unit.Vectors, rows);
        var ends = PieceSplit.Ends(rows, dimension);
        var means = new float[ends.Count * dimension];
        for (int piece = 0, first = 0; piece < ends.Count; first = ends[piece++])
            RowMath.Mean(rows.AsSpan(first * dimension, (ends[piece] - first) * dimension), means.AsSpan(piece * dimension, dimension));
        var (samples, scales) = Quantise(rows, dimension);
        var (meanBytes, meanScales) = Quantise(means, dimension);
        var pieces = new PieceRow[ends.Count];
        for (int piece = 0, first = 0; piece < pieces.Length; first = ends[piece++])
        {
            var radius = RowMath.Radius(rows.AsSpan(first * dimension, (ends[piece] - first) * dimension), means.AsSpan(piece * dimension, dimension));
            pieces[piece] = new PieceRow(0, (short)first, (short)(ends[piece] - first), radius, meanScales[piece]);
        }
        return new QuantisedUnit(unit, samples, scales, pieces, meanBytes);
    }

    /// <summary>Rounds rows to bytes and leaves in their place what the bytes stand for.</summary>
    private static (sbyte[] Bytes, float[] Scales) Quantise(Span<float> rows, int dimension)
    {
        var bytes = new sbyte[rows.Length];
        var scales = new float[rows.Length / dimension];
        for (var row = 0; row < scales.Length; row++)
        {
            var from = rows.Slice(row * dimension, dimension);
            var to = bytes.AsSpan(row * dimension, dimension);
            scales[row] = ByteRows.Quantize(from, to);
            RowMath.Dequantise(to, scales[row], from);
        }
        return (bytes, scales);
    }
}
