using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Segments;

/// <summary>What goes into a segment: per video what filters look at, the ranges that it replaces in older segments, and units.</summary>
internal sealed record SegmentVideo(VideoId Id, VideoAttributes Attributes, IReadOnlyList<SampleRange> Covers, IReadOnlyList<Unit> Units);

/// <summary>One unit's row.</summary>
/// <param name="SampleOffset">Row of its first sample in the segment's vectors.</param>
internal readonly record struct UnitRow(int Video, int Count, long FirstSample, long ShotFirstSample, long SampleOffset, float Radius);
