using System.Buffers;
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

    /// <summary>In order, together all samples; where their rows lie is not set.</summary>
    public PieceRow[] Pieces { get; }

    /// <summary>[pieces of more than one sample, padded dimension].</summary>
    public sbyte[] Means { get; }

    public static QuantisedUnit Of(Unit unit, RandomRotation rotation)
    {
        // Of tens of kilobytes, for each unit: garbage of appending would stop searches.
        var rented = ArrayPool<float>.Shared.Rent(unit.Count * rotation.PaddedDimension);
        try
        {
            return Of(unit, rotation, rented.AsSpan(0, unit.Count * rotation.PaddedDimension));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    private static QuantisedUnit Of(Unit unit, RandomRotation rotation, Span<float> rows)
    {
        var dimension = rotation.PaddedDimension;
        rotation.Rotate(unit.Vectors, rows);
        var runs = Runs(PieceSplit.Ends(rows, dimension)).ToList();
        var means = new float[runs.Count(run => run.Count > 1) * dimension];
        var mean = 0;
        foreach (var (first, count) in runs.Where(run => run.Count > 1))
            RowMath.Mean(rows.Slice(first * dimension, count * dimension), means.AsSpan(mean++ * dimension, dimension));
        var (samples, scales) = Quantise(rows, dimension);
        var (meanBytes, meanScales) = Quantise(means, dimension);
        var pieces = new PieceRow[runs.Count];
        mean = 0;
        for (var piece = 0; piece < pieces.Length; piece++)
        {
            var (first, count) = runs[piece];
            pieces[piece] = count == 1
                ? new PieceRow(0, 0, -1, 1, 0, scales[first])
                : new PieceRow(0, 0, 0, count, RowMath.Radius(rows.Slice(first * dimension, count * dimension), means.AsSpan(mean * dimension, dimension)), meanScales[mean++]);
        }
        return new QuantisedUnit(unit, samples, scales, pieces, meanBytes);
    }

    private static IEnumerable<(int First, int Count)> Runs(List<int> ends)
    {
        var first = 0;
        foreach (var end in ends)
        {
            yield return (first, end - first);
            first = end;
        }
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
