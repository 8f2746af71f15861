using System.Runtime.InteropServices;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Segments;

/// <summary>What goes into a segment: per video what filters look at, the ranges that it replaces in older segments, and units.</summary>
internal sealed record SegmentVideo(VideoId Id, VideoAttributes Attributes, IReadOnlyList<SampleRange> Covers, IReadOnlyList<SegmentUnit> Units);

/// <summary>A unit on its way into a segment: a new one, or one that lies in another segment and is copied from there.</summary>
internal readonly struct SegmentUnit
{
    private readonly Unit? _given;
    private readonly Segment? _segment;
    private readonly int _index;

    public SegmentUnit(Unit given) => _given = given;

    public SegmentUnit(Segment segment, int index) => (_segment, _index) = (segment, index);

    public long FirstSample => _given?.FirstSample ?? _segment!.Units[_index].FirstSample;

    public long ShotFirstSample => _given?.ShotFirstSample ?? _segment!.Units[_index].ShotFirstSample;

    public int Count => _given?.Count ?? _segment!.Units[_index].Count;

    public float Radius => _given?.Radius ?? _segment!.Units[_index].Radius;

    public ReadOnlySpan<float> Mean => _given is { } unit ? unit.Mean : _segment!.Mean(_index);

    public ReadOnlySpan<double> Seconds => _given is { } unit ? unit.Seconds : _segment!.Seconds(_segment.Units[_index]);

    public ReadOnlySpan<float> Vectors => _given is { } unit ? unit.Vectors : _segment!.Vectors(_segment.Units[_index]);
}

/// <summary>One unit's row, as it lies in the file.</summary>
/// <param name="Video">Index into the segment's videos.</param>
/// <param name="SampleOffset">Row of its first sample in the segment's seconds and vectors.</param>
[StructLayout(LayoutKind.Sequential, Size = SegmentFormat.UnitBytes)]
internal readonly record struct UnitRow(int Video, int Count, long FirstSample, long ShotFirstSample, long SampleOffset, float Radius);
