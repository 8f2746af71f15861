using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClusterSearch.IndexBenchmarks.Truth;

/// <summary>
/// Scores of 64 queries against many vectors: a blocked product, four vectors by 64 queries in registers. Float32 with fused
/// multiply-add in one fixed order.
/// </summary>
internal sealed class ScoreMatrix
{
    public const int Width = 64;

    private const int Lanes = 16;
    private const int RowsAtOnce = 4;

    private readonly float[] _columns;

    /// <param name="queries">At most 64; the rest of the columns is zero.</param>
    public ScoreMatrix(IReadOnlyList<float[]> queries)
    {
        if (queries.Count is 0 or > Width) throw new ArgumentException($"1 to {Width} queries were expected, found {queries.Count}", nameof(queries));
        Dimension = queries[0].Length;
        _columns = new float[Dimension * Width];
        for (var query = 0; query < queries.Count; query++)
            for (var c = 0; c < Dimension; c++) _columns[c * Width + query] = queries[query][c];
    }

    public int Dimension { get; }

    /// <param name="vectors">[count, dimension].</param>
    /// <param name="scores">[count, 64], receives the dot products.</param>
    public void Score(ReadOnlySpan<float> vectors, int count, Span<float> scores)
    {
        var row = 0;
        for (; row + RowsAtOnce <= count; row += RowsAtOnce)
            ScoreFour(vectors.Slice(row * Dimension, RowsAtOnce * Dimension), scores.Slice(row * Width, RowsAtOnce * Width));
        for (; row < count; row++) ScoreOne(vectors.Slice(row * Dimension, Dimension), scores.Slice(row * Width, Width));
    }

    private void ScoreFour(ReadOnlySpan<float> rows, Span<float> scores)
    {
        var columns = MemoryMarshal.Cast<float, Vector512<float>>(_columns.AsSpan());
        ref var column = ref MemoryMarshal.GetReference(columns);
        ref var value = ref MemoryMarshal.GetReference(rows);
        var (a0, a1, a2, a3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (b0, b1, b2, b3) = (a0, a0, a0, a0);
        var (c0, c1, c2, c3) = (a0, a0, a0, a0);
        var (d0, d1, d2, d3) = (a0, a0, a0, a0);
        var dimension = Dimension;
        for (var c = 0; c < dimension; c++)
        {
            var q0 = System.Runtime.CompilerServices.Unsafe.Add(ref column, 4 * c);
            var q1 = System.Runtime.CompilerServices.Unsafe.Add(ref column, 4 * c + 1);
            var q2 = System.Runtime.CompilerServices.Unsafe.Add(ref column, 4 * c + 2);
            var q3 = System.Runtime.CompilerServices.Unsafe.Add(ref column, 4 * c + 3);
            var a = Vector512.Create(System.Runtime.CompilerServices.Unsafe.Add(ref value, c));
            a0 = Vector512.FusedMultiplyAdd(a, q0, a0);
            a1 = Vector512.FusedMultiplyAdd(a, q1, a1);
            a2 = Vector512.FusedMultiplyAdd(a, q2, a2);
            a3 = Vector512.FusedMultiplyAdd(a, q3, a3);
            var b = Vector512.Create(System.Runtime.CompilerServices.Unsafe.Add(ref value, c + dimension));
            b0 = Vector512.FusedMultiplyAdd(b, q0, b0);
            b1 = Vector512.FusedMultiplyAdd(b, q1, b1);
            b2 = Vector512.FusedMultiplyAdd(b, q2, b2);
            b3 = Vector512.FusedMultiplyAdd(b, q3, b3);
            var d = Vector512.Create(System.Runtime.CompilerServices.Unsafe.Add(ref value, c + 2 * dimension));
            c0 = Vector512.FusedMultiplyAdd(d, q0, c0);
            c1 = Vector512.FusedMultiplyAdd(d, q1, c1);
            c2 = Vector512.FusedMultiplyAdd(d, q2, c2);
            c3 = Vector512.FusedMultiplyAdd(d, q3, c3);
            var e = Vector512.Create(System.Runtime.CompilerServices.Unsafe.Add(ref value, c + 3 * dimension));
            d0 = Vector512.FusedMultiplyAdd(e, q0, d0);
            d1 = Vector512.FusedMultiplyAdd(e, q1, d1);
            d2 = Vector512.FusedMultiplyAdd(e, q2, d2);
            d3 = Vector512.FusedMultiplyAdd(e, q3, d3);
        }
        var target = MemoryMarshal.Cast<float, Vector512<float>>(scores);
        (target[0], target[1], target[2], target[3]) = (a0, a1, a2, a3);
        (target[4], target[5], target[6], target[7]) = (b0, b1, b2, b3);
        (target[8], target[9], target[10], target[11]) = (c0, c1, c2, c3);
        (target[12], target[13], target[14], target[15]) = (d0, d1, d2, d3);
    }

    private void ScoreOne(ReadOnlySpan<float> row, Span<float> scores)
    {
        var columns = MemoryMarshal.Cast<float, Vector512<float>>(_columns.AsSpan());
        var target = MemoryMarshal.Cast<float, Vector512<float>>(scores);
        for (var lane = 0; lane < Width / Lanes; lane++)
        {
            var sum = Vector512<float>.Zero;
            for (var c = 0; c < row.Length; c++) sum = Vector512.FusedMultiplyAdd(Vector512.Create(row[c]), columns[4 * c + lane], sum);
            target[lane] = sum;
        }
    }
}
