using System.Runtime.InteropServices;
using System.Text;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Segments;

/// <summary>
/// The videos of a segment: who they are, what filters look at, and where their rows begin, so that whatever concerns whole
/// videos is known without a look at their rows.
/// </summary>
internal sealed class VideoTable
{
    private VideoTable(int videoCount)
    {
        Ids = new VideoId[videoCount];
        Attributes = new VideoAttributes[videoCount];
        Extents = new VideoExtent[videoCount];
        Covers = new SampleRange[videoCount][];
        FirstUnits = new int[videoCount + 1];
        FirstPieces = new int[videoCount + 1];
        FirstMeans = new int[videoCount + 1];
        FirstSamples = new long[videoCount + 1];
    }

    /// <summary>Ordered.</summary>
    public VideoId[] Ids { get; }

    public VideoAttributes[] Attributes { get; }

    public VideoExtent[] Extents { get; }

    /// <summary>Ranges of each video that this segment replaces in older ones.</summary>
    public SampleRange[][] Covers { get; }

    /// <summary>First unit of each video, and the number of units behind the last.</summary>
    public int[] FirstUnits { get; }

    public int[] FirstPieces { get; }

    public int[] FirstMeans { get; }

    /// <summary>Rows of samples.</summary>
    public long[] FirstSamples { get; }

    /// <summary>
    /// A row a video: id (32 characters), first unit, first piece, first mean and first cover (int32), first sample (int64), its extent, camera,
    /// zone, recorded-at (ticks and offset minutes).
    /// </summary>
    public static byte[] Write(IReadOnlyList<SegmentVideo> videos)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        int units = 0, pieces = 0, means = 0, covers = 0;
        long samples = 0;
        foreach (var video in videos)
        {
            writer.Write(Encoding.ASCII.GetBytes(video.Id.Value));
            writer.Write(units);
            writer.Write(pieces);
            writer.Write(means);
            writer.Write(covers);
            writer.Write(samples);
            var extent = ExtentOf(video.Units);
            writer.Write(extent.FirstNumber);
            writer.Write(extent.LastNumber);
            writer.Write(extent.FromSeconds);
            writer.Write(extent.ToSeconds);
            writer.Write(extent.IsAscending);
            WriteText(writer, video.Attributes.Camera);
            WriteText(writer, video.Attributes.Zone);
            writer.Write(video.Attributes.RecordedAt.HasValue);
            if (video.Attributes.RecordedAt is { } recordedAt)
            {
                writer.Write(recordedAt.Ticks);
                writer.Write((short)recordedAt.TotalOffsetMinutes);
            }
            units += video.Units.Count;
            covers += video.Covers.Count;
            foreach (var unit in video.Units)
            {
                pieces += unit.Row.PieceCount;
                samples += unit.Row.Count;
                foreach (var piece in unit.Pieces)
                    if (!piece.IsSample) means++;
            }
        }
        writer.Flush();
        return memory.ToArray();
    }

    /// <summary>Reads what was written, and the covers beside it.</summary>
    public static VideoTable Read(SegmentFormat.Header header, ReadOnlySpan<byte> rows, ReadOnlySpan<byte> covers)
    {
        var table = new VideoTable(header.VideoCount);
        var firstCovers = new int[header.VideoCount + 1];
        (table.FirstUnits[^1], table.FirstPieces[^1], table.FirstMeans[^1], table.FirstSamples[^1], firstCovers[^1]) =
            (header.UnitCount, header.PieceCount, header.MeanCount, header.SampleCount, header.CoverCount);
        using var reader = new BinaryReader(new MemoryStream(rows.ToArray()));
        for (var i = 0; i < header.VideoCount; i++)
        {
            table.Ids[i] = VideoId.Parse(Encoding.ASCII.GetString(reader.ReadBytes(VideoId.Length)));
            table.FirstUnits[i] = reader.ReadInt32();
            table.FirstPieces[i] = reader.ReadInt32();
            table.FirstMeans[i] = reader.ReadInt32();
            firstCovers[i] = reader.ReadInt32();
            table.FirstSamples[i] = reader.ReadInt64();
            table.Extents[i] = new VideoExtent(reader.ReadInt64(), reader.ReadInt64(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadBoolean());
            var camera = ReadText(reader);
            var zone = ReadText(reader);
            DateTimeOffset? recordedAt = reader.ReadBoolean() ? new DateTimeOffset(reader.ReadInt64(), TimeSpan.FromMinutes(reader.ReadInt16())) : null;
            table.Attributes[i] = new VideoAttributes(camera, zone, recordedAt);
        }
        var bounds = MemoryMarshal.Cast<byte, long>(covers);
        for (var i = 0; i < header.VideoCount; i++)
        {
            table.Covers[i] = new SampleRange[firstCovers[i + 1] - firstCovers[i]];
            for (var cover = 0; cover < table.Covers[i].Length; cover++)
                table.Covers[i][cover] = new SampleRange(bounds[2 * (firstCovers[i] + cover)], bounds[2 * (firstCovers[i] + cover) + 1]);
        }
        return table;
    }

    private static VideoExtent ExtentOf(IReadOnlyList<SegmentUnit> units)
    {
        if (units.Count == 0) return VideoExtent.Nothing;
        double from = double.PositiveInfinity, to = double.NegativeInfinity, previous = double.NegativeInfinity;
        var isAscending = true;
        foreach (var unit in units)
        {
            var seconds = unit.Seconds;
            isAscending &= seconds[0] >= previous;
            previous = seconds[^1];
            from = Math.Min(from, seconds[0]);
            to = Math.Max(to, seconds[^1]);
        }
        return new VideoExtent(units[0].Row.FirstSample, units[^1].Row.FirstSample, from, to, isAscending);
    }

    // UTF-16 as it is: names may come from file systems and need not be well-formed.
    private static void WriteText(BinaryWriter writer, string? text)
    {
        writer.Write(text?.Length ?? -1);
        writer.Write(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    private static string? ReadText(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        return length < 0 ? null : new string(MemoryMarshal.Cast<byte, char>(reader.ReadBytes(length * sizeof(char))));
    }
}
