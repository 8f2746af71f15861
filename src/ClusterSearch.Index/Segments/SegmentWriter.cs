using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Segments;

/// <summary>Writes a segment file whole: under a temporary name, flushed to the disk, then renamed.</summary>
internal static class SegmentWriter
{
    /// <param name="path">Where it will lie.</param>
    /// <param name="dimension">Of all vectors.</param>
    /// <param name="videos">Ordered by id; each one's units ordered by first sample.</param>
    public static void Write(string path, int dimension, IReadOnlyList<SegmentVideo> videos)
    {
        var videoTable = VideoTable(videos);
        var header = SegmentFormat.Header.Layout(dimension, videos.Count, videoTable.Length,
            videos.Sum(video => video.Covers.Count), videos.Sum(video => video.Units.Count), videos.Sum(video => video.Units.Sum(unit => (long)unit.Count)));
        var temporary = path + ".tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                file.SetLength(0);
                WriteBlocks(file, header, videoTable, videos);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            try
            {
                File.Delete(temporary);
            }
            catch (IOException)
            {
                // Swept when the writer opens the index again.
            }
            throw IndexFaults.Writing(fault, path);
        }
    }

    private static void WriteBlocks(FileStream file, SegmentFormat.Header header, byte[] videoTable, IReadOnlyList<SegmentVideo> videos)
    {
        var covers = CoverTable(videos, header.CoverCount);
        var units = UnitTable(videos, header.UnitCount);
        var tables = new XxHash3();
        var means = new XxHash3();
        // The header's checksums are known last; its place is kept.
        file.Write(new byte[SegmentFormat.HeaderBytes]);
        Append(header.VideosOffset, videoTable, tables);
        Append(header.CoversOffset, covers, tables);
        Append(header.UnitsOffset, units, tables);
        Pad(file, header.MeansOffset);
        foreach (var unit in videos.SelectMany(video => video.Units)) Append(-1, MemoryMarshal.AsBytes(unit.Mean.AsSpan()), means);
        Pad(file, header.SecondsOffset);
        foreach (var unit in videos.SelectMany(video => video.Units)) Append(-1, MemoryMarshal.AsBytes(unit.Seconds.AsSpan()), tables);
        Pad(file, header.VectorsOffset);
        var blocks = new BlockChecksums();
        foreach (var unit in videos.SelectMany(video => video.Units))
        {
            var bytes = MemoryMarshal.AsBytes(unit.Vectors.AsSpan());
            file.Write(bytes);
            blocks.Append(bytes);
        }
        Pad(file, header.ChecksumsOffset);
        file.Write(blocks.Finish());
        Span<byte> first = stackalloc byte[SegmentFormat.HeaderBytes];
        (header with { TablesChecksum = tables.GetCurrentHashAsUInt64(), MeansChecksum = means.GetCurrentHashAsUInt64() }).Write(first);
        file.Position = 0;
        file.Write(first);

        void Append(long offset, ReadOnlySpan<byte> bytes, XxHash3 checksum)
        {
            if (offset >= 0) Pad(file, offset);
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

    /// <summary>A row a video: id (32 characters), first unit and first cover (int32), recorded-at (ticks and offset minutes), camera, zone.</summary>
    private static byte[] VideoTable(IReadOnlyList<SegmentVideo> videos)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
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

    private static void WriteText(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null) writer.Write(text);
    }

    private static byte[] CoverTable(IReadOnlyList<SegmentVideo> videos, int count)
    {
        var bytes = new byte[count * SegmentFormat.CoverBytes];
        var at = bytes.AsSpan();
        for (var video = 0; video < videos.Count; video++)
        {
            foreach (var cover in videos[video].Covers)
            {
                BinaryPrimitives.WriteInt64LittleEndian(at, video);
                BinaryPrimitives.WriteInt64LittleEndian(at[8..], cover.First);
                BinaryPrimitives.WriteInt64LittleEndian(at[16..], cover.End);
                at = at[SegmentFormat.CoverBytes..];
            }
        }
        return bytes;
    }

    private static byte[] UnitTable(IReadOnlyList<SegmentVideo> videos, int count)
    {
        var bytes = new byte[count * SegmentFormat.UnitBytes];
        var at = bytes.AsSpan();
        long offset = 0;
        for (var video = 0; video < videos.Count; video++)
        {
            foreach (var unit in videos[video].Units)
            {
                BinaryPrimitives.WriteInt32LittleEndian(at, video);
                BinaryPrimitives.WriteInt32LittleEndian(at[4..], unit.Count);
                BinaryPrimitives.WriteInt64LittleEndian(at[8..], unit.FirstSample);
                BinaryPrimitives.WriteInt64LittleEndian(at[16..], unit.ShotFirstSample);
                BinaryPrimitives.WriteInt64LittleEndian(at[24..], offset);
                BinaryPrimitives.WriteSingleLittleEndian(at[32..], unit.Radius);
                offset += unit.Count;
                at = at[SegmentFormat.UnitBytes..];
            }
        }
        return bytes;
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
