using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Kernels;
using ClusterSearch.Index.Segments;

namespace ClusterSearch.Index.Scoring;

/// <summary>Scores neighbouring samples of a segment. One a thread.</summary>
internal sealed unsafe class RowScorer(QueryVector query)
{
    private readonly int[] _dots = new int[Unit.MaximumSamples];
    private readonly ByteQuery[] _queries = [query.Bytes];

    /// <param name="segment">Its samples are whole.</param>
    /// <param name="first">Row of the first sample.</param>
    /// <param name="count">At most as many as a unit has.</param>
    /// <param name="scores">One a sample.</param>
    public void Score(Segment segment, long first, int count, Span<float> scores)
    {
        KernelSet.Chosen.Dot(segment.SampleRows + first * segment.PaddedDimension, count, _queries, _dots.AsSpan(0, count));
        var scales = segment.Scales(first, count);
        for (var i = 0; i < count; i++) scores[i] = query.Bytes.Score(_dots[i], scales[i]);
    }
}
