using System.Runtime.InteropServices;

namespace ClusterSearch.Index.Segments;

/// <summary>One unit's row, as it lies in the file.</summary>
/// <param name="Video">Index into the segment's videos.</param>
/// <param name="FirstPiece">Its first piece; they end where the next unit's begin.</param>
/// <param name="SampleOffset">Row of its first sample in seconds, scales and samples.</param>
/// <param name="Digest">Of the vectors that were given.</param>
/// <param name="Count">Samples.</param>
[StructLayout(LayoutKind.Sequential, Size = SegmentFormat.UnitBytes)]
internal readonly record struct UnitRow(int Video, int FirstPiece, long FirstSample, long ShotFirstSample, long SampleOffset, ulong Digest, int Count, int PieceCount);

/// <summary>A piece: neighbouring samples of a unit that look alike, by which the coarse search goes.</summary>
/// <param name="Unit">Index into the segment's units.</param>
/// <param name="Row">Of its first sample among the segment's samples.</param>
/// <param name="Mean">Row of its mean among the segment's means; below 0 for a piece of one sample, which is its own mean.</param>
/// <param name="Count">Samples.</param>
/// <param name="Radius">The largest distance of its samples, as they are stored, from its mean, as it is stored; rounded up.</param>
/// <param name="MeanScale">Of its mean's bytes.</param>
[StructLayout(LayoutKind.Sequential, Size = SegmentFormat.PieceBytes)]
internal readonly record struct PieceRow(int Unit, int Row, int Mean, int Count, float Radius, float MeanScale)
{
    public bool IsSample => Count == 1;
}

/// <summary>What a segment's table says of a video.</summary>
/// <param name="FirstNumber">Number of the first sample of its first unit here; -1 without units.</param>
/// <param name="LastNumber">Of the first sample of its last unit.</param>
/// <param name="FromSeconds">Seconds of its earliest sample here.</param>
/// <param name="ToSeconds">Seconds of its latest one.</param>
/// <param name="IsAscending">Whether seconds ascend from unit to unit, so that a time is found by halving.</param>
internal readonly record struct VideoExtent(long FirstNumber, long LastNumber, double FromSeconds, double ToSeconds, bool IsAscending)
{
    public static VideoExtent Nothing { get; } = new(-1, -1, 0, 0, true);
}
