using System.Buffers.Binary;
using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using System.Text;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Index.Segments;

/// <summary>
/// A segment file, mapped into memory. Header and tables are checked when it is opened, means and vectors by
/// <see cref="Verify"/>. Kept alive by leases: the mapping goes with the last one, whatever happened to the file since.
/// </summary>
internal sealed unsafe class Segment
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SegmentFormat.Header _header;
    private readonly byte* _bytes;
    private int _leases = 1;

    private Segment(string path, MemoryMappedFile file, MemoryMappedViewAccessor view, byte* bytes, long length)
    {
        Path = path;
        _file = file;
        _view = view;
        _bytes = bytes;
        _header = SegmentFormat.Header.Read(new ReadOnlySpan<byte>(bytes, (int)Math.Min(length, SegmentFormat.HeaderBytes)), length, path);
        if (TablesChecksum() != _header.TablesChecksum) throw IndexFaults.Corrupt(path, "the checksum of its tables differs");
        (Videos, VideoAttributes, FirstUnits, Covers) = ReadVideos();
        Units = ReadUnits();
    }

    public string Path { get; }

    public int Dimension => _header.Dimension;

    public long SampleCount => _header.SampleCount;

    public long ByteCount => _header.FileLength;

    /// <summary>Ordered by id.</summary>
    public VideoId[] Videos { get; }

    public VideoAttributes[] VideoAttributes { get; }

    /// <summary>First unit of each video, and the number of units behind the last.</summary>
    public int[] FirstUnits { get; }

    /// <summary>Ranges of each video that this segment replaces in older ones.</summary>
    public IReadOnlyList<SampleRange>[] Covers { get; }

    /// <summary>Ordered by video, then first sample.</summary>
    public UnitRow[] Units { get; }

    public ReadOnlySpan<float> Mean(int unit) =>
        new(_bytes + _header.MeansOffset + (long)unit * Dimension * sizeof(float), Dimension);

    public ReadOnlySpan<float> Vector(long sample) =>
        new(_bytes + _header.VectorsOffset + sample * Dimension * sizeof(float), Dimension);

    public ReadOnlySpan<double> Seconds(in UnitRow unit) =>
        new(_bytes + _header.SecondsOffset + unit.SampleOffset * sizeof(double), unit.Count);

    /// <exception cref="FileNotFoundException">A writer removed the file since the manifest was read.</exception>
    public static Segment Open(string path)
    {
        var length = new FileInfo(path).Length;
        if (length == 0) throw IndexFaults.Corrupt(path, "it is empty");
        var file = MemoryMappedFile.CreateFromFile(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), null, 0,
            MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        var view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* bytes = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        try
        {
            return new Segment(path, file, view, bytes, length);
        }
        catch
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>A unit with copies of its vectors.</summary>
    public Unit Read(int unit)
    {
        var row = Units[unit];
        var vectors = new float[row.Count * Dimension];
        for (var i = 0; i < row.Count; i++) Vector(row.SampleOffset + i).CopyTo(vectors.AsSpan(i * Dimension));
        return new Unit
        {
            FirstSample = row.FirstSample,
            ShotFirstSample = row.ShotFirstSample,
            Seconds = Seconds(row).ToArray(),
            Vectors = vectors,
            Mean = Mean(unit).ToArray(),
            Radius = row.Radius,
        };
    }

    /// <summary>Checks means and vectors against their checksums; a line for each part that differs.</summary>
    public IEnumerable<string> Verify(CancellationToken cancellation)
    {
        if (MeansChecksum() != _header.MeansChecksum) yield return IndexFaults.Corrupt(Path, "the checksum of its means differs").Message;
        for (var block = 0; block < _header.VectorBlockCount; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!IsBlockWhole(block)) yield return IndexFaults.Corrupt(Path, $"the checksum of vector block {block} differs").Message;
        }
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

    private ReadOnlySpan<byte> Span(long offset, long length) => new(_bytes + offset, checked((int)length));

    private ulong TablesChecksum()
    {
        var hash = new XxHash3();
        hash.Append(Span(_header.VideosOffset, _header.VideosLength));
        hash.Append(Span(_header.CoversOffset, (long)_header.CoverCount * SegmentFormat.CoverBytes));
        hash.Append(Span(_header.UnitsOffset, (long)_header.UnitCount * SegmentFormat.UnitBytes));
        hash.Append(Span(_header.SecondsOffset, _header.SampleCount * sizeof(double)));
        return hash.GetCurrentHashAsUInt64();
    }

    private ulong MeansChecksum() =>
        XxHash3.HashToUInt64(Span(_header.MeansOffset, (long)_header.UnitCount * Dimension * sizeof(float)));

    private bool IsBlockWhole(int block)
    {
        var length = _header.SampleCount * Dimension * sizeof(float);
        var offset = (long)block * SegmentFormat.VectorBlockBytes;
        var bytes = Span(_header.VectorsOffset + offset, Math.Min(SegmentFormat.VectorBlockBytes, length - offset));
        return XxHash3.HashToUInt64(bytes) == BinaryPrimitives.ReadUInt64LittleEndian(Span(_header.ChecksumsOffset + (long)block * sizeof(ulong), sizeof(ulong)));
    }

    private (VideoId[] Ids, VideoAttributes[] Attributes, int[] FirstUnits, IReadOnlyList<SampleRange>[] Covers) ReadVideos()
    {
        var ids = new VideoId[_header.VideoCount];
        var attributes = new VideoAttributes[ids.Length];
        var firstUnits = new int[ids.Length + 1];
        firstUnits[^1] = _header.UnitCount;
        using var reader = new BinaryReader(new MemoryStream(Span(_header.VideosOffset, _header.VideosLength).ToArray()), Encoding.UTF8);
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = VideoId.Parse(Encoding.ASCII.GetString(reader.ReadBytes(VideoId.Length)));
            firstUnits[i] = reader.ReadInt32();
            reader.ReadInt32();
            var camera = reader.ReadBoolean() ? reader.ReadString() : null;
            var zone = reader.ReadBoolean() ? reader.ReadString() : null;
            DateTimeOffset? recordedAt = reader.ReadBoolean() ? new DateTimeOffset(reader.ReadInt64(), TimeSpan.FromMinutes(reader.ReadInt16())) : null;
            attributes[i] = new VideoAttributes(camera, zone, recordedAt);
        }
        var covers = new IReadOnlyList<SampleRange>[ids.Length];
        for (var i = 0; i < covers.Length; i++) covers[i] = new List<SampleRange>();
        var table = Span(_header.CoversOffset, (long)_header.CoverCount * SegmentFormat.CoverBytes);
        for (; !table.IsEmpty; table = table[SegmentFormat.CoverBytes..])
            ((List<SampleRange>)covers[BinaryPrimitives.ReadInt64LittleEndian(table)]).Add(
                new SampleRange(BinaryPrimitives.ReadInt64LittleEndian(table[8..]), BinaryPrimitives.ReadInt64LittleEndian(table[16..])));
        return (ids, attributes, firstUnits, covers);
    }

    private UnitRow[] ReadUnits()
    {
        var rows = new UnitRow[_header.UnitCount];
        var table = Span(_header.UnitsOffset, (long)_header.UnitCount * SegmentFormat.UnitBytes);
        for (var i = 0; i < rows.Length; i++, table = table[SegmentFormat.UnitBytes..])
            rows[i] = new UnitRow(
                BinaryPrimitives.ReadInt32LittleEndian(table), BinaryPrimitives.ReadInt32LittleEndian(table[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(table[8..]), BinaryPrimitives.ReadInt64LittleEndian(table[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(table[24..]), BinaryPrimitives.ReadSingleLittleEndian(table[32..]));
        return rows;
    }
}
