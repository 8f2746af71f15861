using System.Buffers.Binary;
using System.IO.Hashing;
using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Index.Segments;

/// <summary>The parts of a segment that are checked block by block when they are first used, in the order in which they lie.</summary>
internal enum SegmentSection
{
    Units,
    Pieces,
    UnitCodes,
    UnitFactors,
    PieceCodes,
    PieceFactors,
    Means,
    Seconds,
    Scales,
    Samples,
}

/// <summary>
/// Layout of a segment file; docs/index-format.md tells it for readers. Little-endian. Parts begin at multiples of 64
/// bytes in this order: header, videos, covers, centre, the sections, checksums of the sections' blocks.
/// </summary>
internal static class SegmentFormat
{
    public const int Version = 3;
    public const int HeaderBytes = 192;
    public const int CoverBytes = 16;
    public const int UnitBytes = 48;
    public const int PieceBytes = 24;
    public const int Alignment = 64;
    public const int SectionCount = 10;

    /// <summary>
    /// Sections are checksummed in blocks of this many bytes: small, since one that is not in memory is read for a single row,
    /// and large enough that the checksums are a thousandth of the whole.
    /// </summary>
    public const int BlockBytes = 1 << BlockShift;

    public const int BlockShift = 13;

    /// <summary>For each row of a block of codes: scale, error and radius.</summary>
    public const int FactorsPerRow = 3;

    /// <summary>Of the factors of 32 rows: 32 scales, then 32 errors, then 32 radii, each the upper half of a float.</summary>
    public const int FactorBytes = FactorsPerRow * SignCodes.RowsPerBlock * sizeof(ushort);

    public static ReadOnlySpan<byte> Magic => "CSSEG\0\0\0"u8;

    public static long Align(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    public static int BlockCount(long length) => checked((int)((length + BlockBytes - 1) >> BlockShift));

    /// <summary>Where a section lies.</summary>
    /// <param name="Offset">From the file's beginning, in bytes.</param>
    /// <param name="FirstBlock">Its first block's number among those of all sections.</param>
    public readonly record struct Place(long Offset, long Length, int FirstBlock)
    {
        public long End => Offset + Length;
    }

    /// <summary>What a header says. Offsets in bytes from the file's beginning.</summary>
    public sealed record Header(int Dimension, int VideoCount, long VideosLength, int CoverCount, int UnitCount, int PieceCount, int MeanCount, long SampleCount)
    {
        public int PaddedDimension { get; private init; }

        public long VideosOffset { get; private init; }

        public long CoversOffset { get; private init; }

        public long CentreOffset { get; private init; }

        public Place[] Sections { get; private init; } = [];

        public long ChecksumsOffset { get; private init; }

        public long FileLength { get; private init; }

        /// <summary>Of videos, covers and centre, one after the other without the zeros between.</summary>
        public ulong TablesChecksum { get; init; }

        /// <summary>Of the checksums of all blocks.</summary>
        public ulong ChecksumsChecksum { get; init; }

        public int BlockCount => Sections[^1].FirstBlock + SegmentFormat.BlockCount(Sections[^1].Length);

        public Place this[SegmentSection section] => Sections[(int)section];

        /// <summary>Lays the parts out.</summary>
        public static Header Layout(int dimension, int videoCount, long videosLength, int coverCount, int unitCount, int pieceCount, int meanCount, long sampleCount)
        {
            var padded = RandomRotation.PaddedTo64(dimension);
            var videos = Align(HeaderBytes);
            var covers = Align(videos + videosLength);
            var centre = Align(covers + (long)coverCount * CoverBytes);
            var sections = new Place[SectionCount];
            var offset = Align(centre + (long)padded * sizeof(float));
            var block = 0;
            var (unitBlocks, pieceBlocks) = (SignCodes.BlockCount(unitCount), SignCodes.BlockCount(pieceCount));
            long[] lengths =
            [
                (long)unitCount * UnitBytes, (long)pieceCount * PieceBytes,
                unitBlocks * SignCodes.BlockBytes(padded), unitBlocks * FactorBytes, pieceBlocks * SignCodes.BlockBytes(padded), pieceBlocks * FactorBytes,
                (long)meanCount * padded, sampleCount * sizeof(double), sampleCount * sizeof(float), sampleCount * padded,
            ];
            for (var i = 0; i < SectionCount; i++)
            {
                sections[i] = new Place(offset, lengths[i], block);
                offset = Align(offset + lengths[i]);
                block += SegmentFormat.BlockCount(lengths[i]);
            }
            return new Header(dimension, videoCount, videosLength, coverCount, unitCount, pieceCount, meanCount, sampleCount)
            {
                PaddedDimension = padded,
                VideosOffset = videos,
                CoversOffset = covers,
                CentreOffset = centre,
                Sections = sections,
                ChecksumsOffset = offset,
                FileLength = offset + (long)block * sizeof(ulong),
            };
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
            BinaryPrimitives.WriteInt32LittleEndian(bytes[28..], PieceCount);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], SampleCount);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], VideosLength);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[48..], FileLength);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[56..], TablesChecksum);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[64..], ChecksumsChecksum);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[72..], MeanCount);
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
                BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[72..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]));
            if (header.FileLength != fileLength) throw IndexFaults.Corrupt(path, $"{header.FileLength} bytes were expected, {fileLength} found");
            return header with
            {
                TablesChecksum = BinaryPrimitives.ReadUInt64LittleEndian(bytes[56..]),
                ChecksumsChecksum = BinaryPrimitives.ReadUInt64LittleEndian(bytes[64..]),
            };
        }
    }
}
