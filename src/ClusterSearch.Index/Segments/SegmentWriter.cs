using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace ClusterSearch.Index.Segments;

/// <summary>Writes a segment file. Nobody looks at it until a manifest names it; a half one is swept.</summary>
internal static class SegmentWriter
{
    /// <param name="file">Empty; not flushed to the disk here.</param>
    /// <param name="dimension">Of all vectors.</param>
    /// <param name="videos">Ordered by id; each one's units ordered by first sample.</param>
    public static void Write(FileStream file, int dimension, IReadOnlyList<SegmentVideo> videos)
    {
        var videoTable = VideoTable(videos);
        var header = SegmentFormat.Header.Layout(dimension, videos.Count, videoTable.Length,
            videos.Sum(video => video.Covers.Count), videos.Sum(video => video.Units.Count), videos.Sum(video => video.Units.Sum(unit => (long)unit.Count)));
        WriteBlocks(file, header, videoTable, videos);
    }

    private static void WriteBlocks(FileStream file, SegmentFormat.Header header, byte[] videoTable, IReadOnlyList<SegmentVideo> videos)
    {
        var tables = new XxHash3();
        var means = new XxHash3();
        // The header's checksums are known last; its place is kept.
        file.Write(new byte[SegmentFormat.HeaderBytes]);
        Pad(file, header.VideosOffset);
        Write(videoTable, tables);
        Pad(file, header.CoversOffset);
        Write(CoverTable(videos, header.CoverCount), tables);
        Pad(file, header.UnitsOffset);
        Write(UnitTable(videos, header.UnitCount), tables);
        Pad(file, header.MeansOffset);
        foreach (var video in videos)
            foreach (var unit in video.Units) Write(MemoryMarshal.AsBytes(unit.Mean), means);
        Pad(file, header.SecondsOffset);
        foreach (var video in videos)
            foreach (var unit in video.Units) Write(MemoryMarshal.AsBytes(unit.Seconds), tables);
        Pad(file, header.VectorsOffset);
        var blocks = new BlockChecksums();
        foreach (var video in videos)
        {
            foreach (var unit in video.Units)
            {
                var bytes = MemoryMarshal.AsBytes(unit.Vectors);
                file.Write(bytes);
                blocks.Append(bytes);
            }
        }
        Pad(file, header.ChecksumsOffset);
        file.Write(blocks.Finish());
        Span<byte> first = stackalloc byte[SegmentFormat.HeaderBytes];
        (header with { TablesChecksum = tables.GetCurrentHashAsUInt64(), MeansChecksum = means.GetCurrentHashAsUInt64() }).Write(first);
        file.Position = 0;
        file.Write(first);

        void Write(ReadOnlySpan<byte> bytes, XxHash3 checksum)
        {
            file.Write(bytes);
            checksum.Append(bytes);
        }
    }

    private static void Pad(FileStream file, long offset)
    {
        Span<byte> zeros = stackalloc byte[SegmentFormat.Alignment];
        zeros.Clear();
        file.Write(zeros[..(int)(offset - file.Position)]);
    }

    /// <summary>A row a video: id (32 characters), first unit and first cover (int32), camera, zone, recorded-at (ticks and offset minutes).</summary>
    private static byte[] VideoTable(IReadOnlyList<SegmentVideo> videos)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        int units = 0, covers = 0;
        foreach (var video in videos)
        {
            writer.Write(Encoding.ASCII.GetBytes(video.Id.Value));
            writer.Write(units);
            writer.Write(covers);
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
        }
        writer.Flush();
        return memory.ToArray();
    }

    // UTF-16 as it is: names may come from file systems and need not be well-formed.
    private static void WriteText(BinaryWriter writer, string? text)
    {
        writer.Write(text?.Length ?? -1);
        writer.Write(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    private static byte[] CoverTable(IReadOnlyList<SegmentVideo> videos, int count)
    {
        var bounds = new List<long>(2 * count);
        foreach (var video in videos)
            foreach (var cover in video.Covers) bounds.AddRange(cover.First, cover.End);
        return MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(bounds)).ToArray();
    }

    private static byte[] UnitTable(IReadOnlyList<SegmentVideo> videos, int count)
    {
        var rows = new List<UnitRow>(count);
        long offset = 0;
        for (var video = 0; video < videos.Count; video++)
        {
            foreach (var unit in videos[video].Units)
            {
                rows.Add(new UnitRow(video, unit.Count, unit.FirstSample, unit.ShotFirstSample, offset, unit.Radius));
                offset += unit.Count;
            }
        }
        return MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(rows)).ToArray();
    }
}

/// <summary>Checksums of a stream of bytes, one a block.</summary>
internal sealed class BlockChecksums
{
    private readonly List<byte> _checksums = [];
    private readonly XxHash3 _block = new();
    private int _filled;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, SegmentFormat.VectorBlockBytes - _filled)];
            _block.Append(part);
            _filled += part.Length;
            bytes = bytes[part.Length..];
            if (_filled == SegmentFormat.VectorBlockBytes) Close();
        }
    }

    public byte[] Finish()
    {
        if (_filled > 0) Close();
        return [.. _checksums];
    }

    private void Close()
    {
        Span<byte> checksum = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(checksum, _block.GetCurrentHashAsUInt64());
        _checksums.AddRange(checksum);
        _block.Reset();
        _filled = 0;
    }
}
