using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Segments;

/// <summary>
/// A segment file, mapped into memory. Header and tables are checked when it is opened; a block of a section before it is
/// used for the first time (<see cref="AreWhole"/>), and all of them by <see cref="Verify"/>. What is asked for without having been
/// checked is the caller's to vouch for. Kept alive by leases: the mapping goes with the last one, whatever happened to the file since.
/// </summary>
internal sealed unsafe class Segment
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SegmentFormat.Header _header;
    private readonly byte* _bytes;
    private readonly BlockStates _blocks;
    private int _leases = 1;
    private int _levelsReadAhead;

    private Segment(string path, MemoryMappedFile file, MemoryMappedViewAccessor view, byte* bytes, long length)
    {
        Path = path;
        _file = file;
        _view = view;
        _bytes = bytes;
        // How far the system would read on around a page that is missing is megabytes on some machines: for each of a thousand files.
        FileAdvice.Random(bytes, length);
        _header = SegmentFormat.Header.Read(new ReadOnlySpan<byte>(bytes, (int)Math.Min(length, SegmentFormat.HeaderBytes)), length, path);
        FileAdvice.WillNeed(bytes, _header.CentreOffset + PaddedDimension * sizeof(float));
        FileAdvice.WillNeed(bytes + _header.ChecksumsOffset, length - _header.ChecksumsOffset);
        if (TablesChecksum() != _header.TablesChecksum) throw IndexFaults.Corrupt(path, "the checksum of its tables differs");
        var checksums = Span<ulong>(_header.ChecksumsOffset, _header.BlockCount);
        if (XxHash3.HashToUInt64(MemoryMarshal.AsBytes(checksums)) != _header.ChecksumsChecksum) throw IndexFaults.Corrupt(path, "the checksum of its checksums differs");
        _blocks = new BlockStates(_header, bytes);
        Videos = VideoTable.Read(_header, Span<byte>(_header.VideosOffset, checked((int)_header.VideosLength)),
            Span<byte>(_header.CoversOffset, _header.CoverCount * SegmentFormat.CoverBytes));
        foreach (var level in (ReadOnlySpan<CoarseLevel>)[CoarseLevel.Pieces, CoarseLevel.Units])
        {
            FileAdvice.Normal(Codes(level), _header[CodesOf(level)].Length);
            FileAdvice.Normal((byte*)Factors(level), _header[FactorsOf(level)].Length);
        }
    }

    public string Path { get; }

    public int Dimension => _header.Dimension;

    public int PaddedDimension => _header.PaddedDimension;

    public int UnitCount => _header.UnitCount;

    public int PieceCount => _header.PieceCount;

    public long SampleCount => _header.SampleCount;

    public VideoTable Videos { get; }

    /// <summary>What the codes of its means are around, rotated.</summary>
    public ReadOnlySpan<float> Centre => Span<float>(_header.CentreOffset, PaddedDimension);

    /// <summary>Means of pieces of more than one sample, row by row.</summary>
    public sbyte* MeanRows => (sbyte*)Address(SegmentSection.Means);

    public sbyte* SampleRows => (sbyte*)Address(SegmentSection.Samples);

    public ReadOnlySpan<UnitRow> Units => Span<UnitRow>(_header[SegmentSection.Units].Offset, UnitCount);

    public ReadOnlySpan<PieceRow> AllPieces => Span<PieceRow>(_header[SegmentSection.Pieces].Offset, PieceCount);

    /// <summary>Parts that were found damaged so far.</summary>
    public IReadOnlyList<StoreFault> Faults => [.. _blocks.Broken.Select(Describe)];

    /// <exception cref="FileNotFoundException">A writer removed the file since the manifest was read.</exception>
    public static Segment Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var length = stream.Length;
        if (length == 0) throw IndexFaults.Corrupt(path, "it is empty");
        MemoryMappedFile? file = null;
        MemoryMappedViewAccessor? view = null;
        try
        {
            file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* bytes = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
            try
            {
                return new Segment(path, file, view, bytes, length);
            }
            catch
            {
                view.SafeMemoryMappedViewHandle.ReleasePointer();
                throw;
            }
        }
        catch
        {
            view?.Dispose();
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Blocks of 32 codes, one after the other.</summary>
    public byte* Codes(CoarseLevel level) => Address(CodesOf(level));

    /// <summary>32 scales, 32 errors and 32 radii for each block of codes, as upper halves of floats.</summary>
    public ushort* Factors(CoarseLevel level) => (ushort*)Address(FactorsOf(level));

    /// <summary>How many codes there are.</summary>
    public int RowCount(CoarseLevel level) => level == CoarseLevel.Units ? UnitCount : PieceCount;

    /// <summary>The first code of a unit; the number of codes for the unit behind the last.</summary>
    public int RowAt(CoarseLevel level, int unit) => level == CoarseLevel.Units ? unit : PieceAt(unit);

    /// <summary>How far samples of a unit lie from its mean at most; null where the factors of its code are damaged.</summary>
    public float? UnitRadius(int unit)
    {
        var block = unit / Kernels.SignCodes.RowsPerBlock;
        if (!AreCodesWhole(CoarseLevel.Units, block, 1)) return null;
        var radii = Factors(CoarseLevel.Units) + ((block + 1) * SegmentFormat.FactorsPerRow - 1) * Kernels.SignCodes.RowsPerBlock;
        return BitConverter.UInt32BitsToSingle((uint)radii[unit % Kernels.SignCodes.RowsPerBlock] << 16);
    }

    /// <summary>A search is about to go through all codes; once is enough.</summary>
    public void ReadCodesAhead(CoarseLevel level)
    {
        if ((Interlocked.Or(ref _levelsReadAhead, 1 << (int)level) & (1 << (int)level)) != 0) return;
        FileAdvice.WillNeed(Codes(level), _header[CodesOf(level)].Length);
        FileAdvice.WillNeed((byte*)Factors(level), _header[FactorsOf(level)].Length);
    }

    /// <summary>Which of its videos one is; below 0 when it is none.</summary>
    public int IndexOf(VideoId video) => Array.BinarySearch(Videos.Ids, video);

    public UnitRow Unit(int unit) => Units[unit];

    public ReadOnlySpan<PieceRow> Pieces(int first, int count) => AllPieces.Slice(first, count);

    public ReadOnlySpan<sbyte> Means(int first, int count) => Span<sbyte>(_header[SegmentSection.Means].Offset + (long)first * PaddedDimension, count * PaddedDimension);

    public ReadOnlySpan<double> Seconds(long firstSample, int count) => Span<double>(_header[SegmentSection.Seconds].Offset + firstSample * sizeof(double), count);

    public ReadOnlySpan<float> Scales(long firstSample, int count) => Span<float>(_header[SegmentSection.Scales].Offset + firstSample * sizeof(float), count);

    public ReadOnlySpan<sbyte> Samples(long firstSample, int count) => Span<sbyte>(_header[SegmentSection.Samples].Offset + firstSample * PaddedDimension, count * PaddedDimension);

    /// <summary>Rows of some units are about to be looked at.</summary>
    public void ExpectUnits(int first, int count) => Expect(SegmentSection.Units, (long)first * SegmentFormat.UnitBytes, (long)count * SegmentFormat.UnitBytes);

    /// <summary>Rows of some pieces are about to be looked at.</summary>
    public void ExpectPieces(int first, int count) => Expect(SegmentSection.Pieces, (long)first * SegmentFormat.PieceBytes, (long)count * SegmentFormat.PieceBytes);

    /// <summary>Means of some pieces are about to be looked at; their rows are looked at here.</summary>
    public void ExpectMeans(int first, int count)
    {
        for (var piece = first; piece < first + count; piece++)
        {
            if (!IsPieceRowWhole(piece)) continue;
            var (section, row) = MeanOf(AllPieces[piece]);
            Expect(section, (long)row * PaddedDimension, PaddedDimension);
        }
    }

    /// <summary>Seconds, scales and vectors of some samples are about to be looked at.</summary>
    public void ExpectSamples(long first, int count)
    {
        Expect(SegmentSection.Seconds, first * sizeof(double), (long)count * sizeof(double));
        Expect(SegmentSection.Scales, first * sizeof(float), (long)count * sizeof(float));
        Expect(SegmentSection.Samples, first * PaddedDimension, (long)count * PaddedDimension);
    }

    /// <summary>All of it is about to be looked at.</summary>
    public void ExpectAll() => FileAdvice.WillNeed(_bytes, _header.FileLength);

    /// <summary>Whether the row of a piece can be relied on.</summary>
    public bool IsPieceRowWhole(int piece) => AreWhole(SegmentSection.Pieces, (long)piece * SegmentFormat.PieceBytes, SegmentFormat.PieceBytes);

    /// <summary>Whether the rows of some units can be relied on.</summary>
    public bool AreUnitsWhole(int first, int count) => AreWhole(SegmentSection.Units, (long)first * SegmentFormat.UnitBytes, (long)count * SegmentFormat.UnitBytes);

    /// <summary>Whether rows and means of some pieces can be relied on.</summary>
    public bool ArePiecesWhole(int first, int count)
    {
        if (!AreWhole(SegmentSection.Pieces, (long)first * SegmentFormat.PieceBytes, (long)count * SegmentFormat.PieceBytes)) return false;
        foreach (var piece in Pieces(first, count))
        {
            var (section, row) = MeanOf(piece);
            if (!AreWhole(section, (long)row * PaddedDimension, PaddedDimension)) return false;
        }
        return true;
    }

    /// <summary>Whether seconds, scales and vectors of some samples can be relied on.</summary>
    public bool AreSamplesWhole(long first, int count) =>
        AreSecondsWhole(first, count)
        && AreWhole(SegmentSection.Scales, first * sizeof(float), (long)count * sizeof(float))
        && AreWhole(SegmentSection.Samples, first * PaddedDimension, (long)count * PaddedDimension);

    public bool AreSecondsWhole(long first, int count) => AreWhole(SegmentSection.Seconds, first * sizeof(double), (long)count * sizeof(double));

    /// <summary>Whether some blocks of codes and their factors can be relied on.</summary>
    public bool AreCodesWhole(CoarseLevel level, int firstBlock, int count)
    {
        var blockBytes = (long)Kernels.SignCodes.BlockBytes(PaddedDimension);
        return AreWhole(CodesOf(level), firstBlock * blockBytes, count * blockBytes)
            && AreWhole(FactorsOf(level), (long)firstBlock * SegmentFormat.FactorBytes, (long)count * SegmentFormat.FactorBytes);
    }

    /// <summary>Samples of the units [first, end).</summary>
    public long SamplesIn(int first, int end)
    {
        if (first == end) return 0;
        return SampleAt(end) - SampleAt(first);

        long SampleAt(int unit) => Array.BinarySearch(Videos.FirstUnits, unit) is >= 0 and var video ? Videos.FirstSamples[video] : Units[unit].SampleOffset;
    }

    /// <summary>First piece of a unit; the number of pieces for the unit behind the last.</summary>
    public int PieceAt(int unit) => Array.BinarySearch(Videos.FirstUnits, unit) is >= 0 and var video ? Videos.FirstPieces[video] : Units[unit].FirstPiece;

    /// <summary>Checks all blocks, whatever was checked before.</summary>
    /// <returns>A fault for each part that differs.</returns>
    public IEnumerable<StoreFault> Verify(CancellationToken cancellation)
    {
        ExpectAll();
        for (var block = 0; block < _header.BlockCount; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!_blocks.Check(block)) yield return Describe(block);
        }
        if (!IsPaddingEmpty()) yield return new StoreFault(IndexFaults.Corrupt(Path, "the room between its blocks is not empty").Message, null);
    }

    public Segment Lease()
    {
        Interlocked.Increment(ref _leases);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) > 0) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private bool AreWhole(SegmentSection section, long offset, long length) => length == 0 || _blocks.AreWhole(section, offset, length);

    /// <summary>Where the mean of a piece lies: a piece of one sample is its own.</summary>
    private static (SegmentSection Section, int Row) MeanOf(PieceRow piece) => piece.IsSample ? (SegmentSection.Samples, piece.Row) : (SegmentSection.Means, piece.Mean);

    private void Expect(SegmentSection section, long offset, long length)
    {
        if (length > 0) _blocks.Expect(section, offset, length);
    }

    private static SegmentSection CodesOf(CoarseLevel level) => level == CoarseLevel.Units ? SegmentSection.UnitCodes : SegmentSection.PieceCodes;

    private static SegmentSection FactorsOf(CoarseLevel level) => level == CoarseLevel.Units ? SegmentSection.UnitFactors : SegmentSection.PieceFactors;

    private byte* Address(SegmentSection section) => _bytes + _header[section].Offset;

    private ReadOnlySpan<T> Span<T>(long offset, int count) where T : unmanaged => new(_bytes + offset, count);

    private StoreFault Describe(int block)
    {
        var (section, first, end) = _blocks.RangeOf(block);
        var rowBytes = section switch
        {
            SegmentSection.Units => SegmentFormat.UnitBytes,
            SegmentSection.Pieces => SegmentFormat.PieceBytes,
            SegmentSection.UnitCodes or SegmentSection.PieceCodes => Kernels.SignCodes.BlockBytes(PaddedDimension),
            SegmentSection.UnitFactors or SegmentSection.PieceFactors => SegmentFormat.FactorBytes,
            SegmentSection.Seconds => sizeof(double),
            SegmentSection.Scales => sizeof(float),
            _ => PaddedDimension,
        };
        var perRow = section is SegmentSection.UnitCodes or SegmentSection.UnitFactors or SegmentSection.PieceCodes or SegmentSection.PieceFactors ? Kernels.SignCodes.RowsPerBlock : 1;
        var (firstRow, endRow) = (first / rowBytes * perRow, (end + rowBytes - 1) / rowBytes * perRow);
        List<VideoId> videos = [];
        for (var video = 0; video < Videos.Ids.Length; video++)
        {
            var (from, to) = section switch
            {
                SegmentSection.Units or SegmentSection.UnitCodes or SegmentSection.UnitFactors => (Videos.FirstUnits[video], Videos.FirstUnits[video + 1]),
                SegmentSection.Pieces or SegmentSection.PieceCodes or SegmentSection.PieceFactors => (Videos.FirstPieces[video], (long)Videos.FirstPieces[video + 1]),
                SegmentSection.Means => (Videos.FirstMeans[video], (long)Videos.FirstMeans[video + 1]),
                _ => (Videos.FirstSamples[video], Videos.FirstSamples[video + 1]),
            };
            if (from < endRow && to > firstRow) videos.Add(Videos.Ids[video]);
        }
        var found = $"a whole index file was expected, the checksum of block {first / SegmentFormat.BlockBytes} of its {section.ToString().ToLowerInvariant()} differs; run `clustersearch verify --repair`";
        return new StoreFault($"{Path}: {found}", videos) { PublicMessage = $"{System.IO.Path.GetFileName(Path)}: {found}" };
    }

    private ulong TablesChecksum()
    {
        var hash = new XxHash3();
        hash.Append(Span<byte>(_header.VideosOffset, checked((int)_header.VideosLength)));
        hash.Append(Span<byte>(_header.CoversOffset, checked(_header.CoverCount * SegmentFormat.CoverBytes)));
        hash.Append(MemoryMarshal.AsBytes(Centre));
        return hash.GetCurrentHashAsUInt64();
    }

    private bool IsPaddingEmpty()
    {
        List<(long Offset, long End)> parts =
        [
            (_header.VideosOffset, _header.VideosOffset + _header.VideosLength), (_header.CoversOffset, _header.CoversOffset + (long)_header.CoverCount * SegmentFormat.CoverBytes),
            (_header.CentreOffset, _header.CentreOffset + PaddedDimension * sizeof(float)), .. _header.Sections.Select(section => (section.Offset, section.End)), (_header.ChecksumsOffset, _header.FileLength),
        ];
        for (var i = 1; i < parts.Count; i++)
            if (Span<byte>(parts[i - 1].End, (int)(parts[i].Offset - parts[i - 1].End)).ContainsAnyExcept((byte)0)) return false;
        return true;
    }
}
