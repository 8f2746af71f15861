using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index.Quantisation;

namespace ClusterSearch.Index.Segments;

/// <summary>What goes into a segment: per video what filters look at, the ranges that it replaces in older segments, and units.</summary>
internal sealed record SegmentVideo(VideoId Id, VideoAttributes Attributes, IReadOnlyList<SampleRange> Covers, IReadOnlyList<SegmentUnit> Units);

/// <summary>A unit on its way into a segment: a new one, or one that lies in another segment and is copied from there.</summary>
internal readonly struct SegmentUnit
{
    private readonly QuantisedUnit? _given;
    private readonly Segment? _segment;
    private readonly UnitRow _row;

    public SegmentUnit(QuantisedUnit given)
    {
        _given = given;
        _row = new UnitRow(0, 0, given.FirstSample, given.ShotFirstSample, 0, given.Digest, given.Count, given.Pieces.Length);
    }

    public SegmentUnit(Segment segment, int index) => (_segment, _row) = (segment, segment.Unit(index));

    /// <summary>Its row, with the places that it has where it comes from.</summary>
    public UnitRow Row => _row;

    public ReadOnlySpan<PieceRow> Pieces => _given is { } unit ? unit.Pieces : _segment!.Pieces(_row.FirstPiece, _row.PieceCount);

    /// <summary>Of its pieces of more than one sample, in their order.</summary>
    public ReadOnlySpan<sbyte> Means
    {
        get
        {
            if (_given is { } unit) return unit.Means;
            var (first, count) = (0, 0);
            foreach (var piece in Pieces)
                if (!piece.IsSample && count++ == 0) first = piece.Mean;
            return _segment!.Means(first, count);
        }
    }

    /// <summary>Each piece and the bytes of its mean.</summary>
    public void ForEachMean(int paddedDimension, Action<PieceRow, ReadOnlySpan<sbyte>> act)
    {
        var samples = Samples;
        var means = Means;
        var (row, mean) = (0, 0);
        foreach (var piece in Pieces)
        {
            act(piece, piece.IsSample ? samples.Slice(row * paddedDimension, paddedDimension) : means.Slice(mean++ * paddedDimension, paddedDimension));
            row += piece.Count;
        }
    }

    public ReadOnlySpan<double> Seconds => _given is { } unit ? unit.Seconds : _segment!.Seconds(_row.SampleOffset, _row.Count);

    public ReadOnlySpan<float> Scales => _given is { } unit ? unit.Scales : _segment!.Scales(_row.SampleOffset, _row.Count);

    public ReadOnlySpan<sbyte> Samples => _given is { } unit ? unit.Samples : _segment!.Samples(_row.SampleOffset, _row.Count);
}
