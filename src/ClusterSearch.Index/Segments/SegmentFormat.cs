using System.Buffers.Binary;
using System.IO.Hashing;

namespace ClusterSearch.Index.Segments;

/// <summary>
/// Layout of a segment file; docs/index-format.md tells it for readers. Little-endian. Blocks begin at multiples of 64
/// bytes in this order: header, videos, covers, units, means, seconds, vectors, checksums of vector blocks.
/// </summary>
internal static class SegmentFormat
{
    public const int Version = 1;
    public const int HeaderBytes = 192;
    public const int CoverBytes = 16;
    public const int UnitBytes = 40;
    public const int Alignment = 64;

    /// <summary>Vectors are checksummed in blocks of this many bytes.</summary>
    public const int VectorBlockBytes = 1 << 20;

    public static ReadOnlySpan<byte> Magic => "CSSEG\0\0\0"u8;

    public static long Align(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    /// <summary>What a header says. Offsets in bytes from the file's beginning.</summary>
    public readonly record struct Header(
        int Dimension, int VideoCount, int CoverCount, int UnitCount, long SampleCount, long VideosLength,
        long VideosOffset, long CoversOffset, long UnitsOffset, long MeansOffset, long SecondsOffset, long VectorsOffset, long ChecksumsOffset, long FileLength)
    {
        public ulong TablesChecksum { get; init; }

        public ulong MeansChecksum { get; init; }

        public int VectorBlockCount => (int)((SampleCount * Dimension * sizeof(float) + VectorBlockBytes - 1) / VectorBlockBytes);

        /// <summary>Lays the blocks out.</summary>
        public static Header Layout(int dimension, int videoCount, long videosLength, int coverCount, int unitCount, long sampleCount)
        {
            var videos = Align(HeaderBytes);
            var covers = Align(videos + videosLength);
            var units = Align(covers + (long)coverCount * CoverBytes);
            var means = Align(units + (long)unitCount * UnitBytes);
            var seconds = Align(means + (long)unitCount * dimension * sizeof(float));
            var vectors = Align(seconds + sampleCount * sizeof(double));
            var checksums = Align(vectors + sampleCount * dimension * sizeof(float));
            var header = new Header(dimension, videoCount, coverCount, unitCount, sampleCount, videosLength, videos, covers, units, means, seconds, vectors, checksums, 0);
            return header with { FileLength = checksums + (long)header.VectorBlockCount * sizeof(ulong) };
        }

        public void Write(Span<byte> bytes)
        {
            bytes.Clear();
            Magic.CopyTo(bytes);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], Version);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], Dimension);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], VideoCount);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], CoverCount);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[24..], UnitCount);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], SampleCount);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], VideosLength);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[48..], FileLength);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[56..], TablesChecksum);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[64..], MeansChecksum);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(HeaderBytes - 8)..], XxHash3.HashToUInt64(bytes[..(HeaderBytes - 8)]));
        }

        public static Header Read(ReadOnlySpan<byte> bytes, long fileLength, string path)
        {
            if (bytes.Length < HeaderBytes) throw IndexFaults.Corrupt(path, "it is shorter than its header");
            if (!bytes[..8].SequenceEqual(Magic)) throw IndexFaults.Corrupt(path, "it is no segment");
            // Magic, version, length of the header and place of its checksum are those of every version to come.
            if (XxHash3.HashToUInt64(bytes[..(HeaderBytes - 8)]) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[(HeaderBytes - 8)..]))
                throw IndexFaults.Corrupt(path, "the checksum of its header differs");
            var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
            if (version != Version) throw IndexFaults.Version(path, Version, version);
            var header = Layout(
                BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
                BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]));
            if (header.FileLength != fileLength) throw IndexFaults.Corrupt(path, $"{header.FileLength} bytes were expected, {fileLength} found");
            return header with
            {
                TablesChecksum = BinaryPrimitives.ReadUInt64LittleEndian(bytes[56..]),
                MeansChecksum = BinaryPrimitives.ReadUInt64LittleEndian(bytes[64..]),
            };
        }
    }
}
