using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Vectors;

/// <summary>
/// Bytes of a raw vector file, little-endian: a header of 64 bytes, the columns (numbers, timings, labels), the vectors.
/// Three checksums (XXH3-64), one a part, so that timings and labels can be trusted without reading the vectors.
/// </summary>
internal static class VectorFile
{
    public const int HeaderBytes = 64;
    public const int FormatVersion = 1;

    private const int TimingBytes = 8 + 8 + 4;
    private const int LabelBytes = 2 + 4;

    private static ReadOnlySpan<byte> Magic => "CSVEC\0\0\0"u8;

    public static byte[] Serialize(EmbeddedChunk chunk)
    {
        var columnBytes = ColumnBytes(chunk.Count, chunk.LabelsPerSample);
        var vectors = MemoryMarshal.AsBytes(chunk.Vectors.AsSpan());
        var bytes = new byte[HeaderBytes + columnBytes + vectors.Length];
        var columns = bytes.AsSpan(HeaderBytes, columnBytes);
        WriteColumns(chunk, columns);
        vectors.CopyTo(bytes.AsSpan(HeaderBytes + columnBytes));

        var header = bytes.AsSpan(0, HeaderBytes);
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], chunk.Dimension);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], chunk.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], chunk.LabelsPerSample);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], XxHash3.HashToUInt64(columns));
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], XxHash3.HashToUInt64(vectors));
        BinaryPrimitives.WriteUInt64LittleEndian(header[56..], XxHash3.HashToUInt64(header[..56]));
        return bytes;
    }

    public static EmbeddedChunk Deserialize(byte[] bytes, string path)
    {
        if (bytes.Length < HeaderBytes) throw Corrupt(path, "it is shorter than its header");
        var header = bytes.AsSpan(0, HeaderBytes);
        var columnBytes = ColumnBytes(header, path);
        if (bytes.Length < HeaderBytes + columnBytes) throw Corrupt(path, "its columns are cut short");
        var chunk = DeserializeColumns(header, bytes.AsSpan(HeaderBytes, columnBytes), path);
        var vectors = bytes.AsSpan(HeaderBytes + columnBytes);
        if (vectors.Length != (long)chunk.Count * chunk.Dimension * sizeof(float))
            throw Corrupt(path, $"{(long)chunk.Count * chunk.Dimension * sizeof(float)} bytes of vectors were expected, {vectors.Length} found");
        if (XxHash3.HashToUInt64(vectors) != BinaryPrimitives.ReadUInt64LittleEndian(header[32..]))
            throw Corrupt(path, "the checksum of its vectors differs");
        return chunk with { Vectors = MemoryMarshal.Cast<byte, float>(vectors).ToArray() };
    }

    /// <summary>Checks the header and says how many bytes of columns follow it.</summary>
    public static int ColumnBytes(ReadOnlySpan<byte> header, string path)
    {
        if (!header[..8].SequenceEqual(Magic)) throw Corrupt(path, "it is no vector file");
        var version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version != FormatVersion)
            throw new ClusterSearchException(ErrorCodes.ArchiveVersion,
                $"{path}: vector file format {FormatVersion} was expected, {version} found; use the release of ClusterSearch that wrote it");
        if (XxHash3.HashToUInt64(header[..56]) != BinaryPrimitives.ReadUInt64LittleEndian(header[56..]))
            throw Corrupt(path, "the checksum of its header differs");
        return ColumnBytes(BinaryPrimitives.ReadInt32LittleEndian(header[16..]), BinaryPrimitives.ReadInt32LittleEndian(header[20..]));
    }

    /// <summary>Bytes of columns that a chunk has.</summary>
    public static int ColumnBytes(EmbeddedChunk chunk) => ColumnBytes(chunk.Count, chunk.LabelsPerSample);

    /// <summary>Everything but the vectors.</summary>
    public static EmbeddedChunk DeserializeColumns(ReadOnlySpan<byte> header, ReadOnlySpan<byte> columns, string path)
    {
        if (XxHash3.HashToUInt64(columns) != BinaryPrimitives.ReadUInt64LittleEndian(header[24..]))
            throw Corrupt(path, "the checksum of its columns differs");
        var count = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
        var labelsPerSample = BinaryPrimitives.ReadInt32LittleEndian(header[20..]);
        var numbers = new long[count];
        var timings = new SampleTiming[count];
        var labels = new LabelScore[count * labelsPerSample];
        var at = 0;
        for (var i = 0; i < count; i++, at += 8) numbers[i] = BinaryPrimitives.ReadInt64LittleEndian(columns[at..]);
        for (var i = 0; i < count; i++, at += TimingBytes)
            timings[i] = new SampleTiming(
                BinaryPrimitives.ReadInt64LittleEndian(columns[at..]),
                BinaryPrimitives.ReadInt64LittleEndian(columns[(at + 8)..]),
                BinaryPrimitives.ReadSingleLittleEndian(columns[(at + 16)..]));
        for (var i = 0; i < labels.Length; i++, at += LabelBytes)
            labels[i] = new LabelScore(
                BinaryPrimitives.ReadUInt16LittleEndian(columns[at..]), BinaryPrimitives.ReadSingleLittleEndian(columns[(at + 2)..]));
        return new EmbeddedChunk
        {
            Dimension = BinaryPrimitives.ReadInt32LittleEndian(header[12..]),
            Numbers = numbers,
            Timings = timings,
            Vectors = [],
            LabelsPerSample = labelsPerSample,
            Labels = labels,
        };
    }

    public static ClusterSearchException Corrupt(string path, string what, Exception? cause = null) =>
        new(ErrorCodes.ArchiveCorrupt, $"{path}: a whole vector file was expected, {what}; run `clustersearch verify --repair`, then `ingest` the footage again", cause);

    private static void WriteColumns(EmbeddedChunk chunk, Span<byte> columns)
    {
        var at = 0;
        foreach (var number in chunk.Numbers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(columns[at..], number);
            at += 8;
        }
        foreach (var timing in chunk.Timings)
        {
            BinaryPrimitives.WriteInt64LittleEndian(columns[at..], timing.Ticks);
            BinaryPrimitives.WriteInt64LittleEndian(columns[(at + 8)..], timing.EdgeTicks);
            BinaryPrimitives.WriteSingleLittleEndian(columns[(at + 16)..], timing.EdgeStrength);
            at += TimingBytes;
        }
        foreach (var label in chunk.Labels)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(columns[at..], label.Label);
            BinaryPrimitives.WriteSingleLittleEndian(columns[(at + 2)..], label.Score);
            at += LabelBytes;
        }
    }

    private static int ColumnBytes(int count, int labelsPerSample) => checked(count * (8 + TimingBytes + labelsPerSample * LabelBytes));
}
