using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
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
    }

    public string Path { get; }

    public int Dimension => _header.Dimension;

    public long SampleCount => _header.SampleCount;

    /// <summary>Ordered by id.</summary>
    public VideoId[] Videos { get; }

    public VideoAttributes[] VideoAttributes { get; }

    /// <summary>First unit of each video, and the number of units behind the last.</summary>
    public int[] FirstUnits { get; }

    /// <summary>Ranges of each video that this segment replaces in older ones.</summary>
    public SampleRange[][] Covers { get; }

    /// <summary>Ordered by video, then first sample.</summary>
    public ReadOnlySpan<UnitRow> Units => new(_bytes + _header.UnitsOffset, _header.UnitCount);

    public ReadOnlySpan<float> Mean(int unit) => new(_bytes + _header.MeansOffset + (long)unit * Dimension * sizeof(float), Dimension);

    public ReadOnlySpan<float> Vector(long sample) => new(_bytes + _header.VectorsOffset + sample * Dimension * sizeof(float), Dimension);

    /// <summary>All vectors of a unit, row by row.</summary>
    public ReadOnlySpan<float> Vectors(in UnitRow unit) =>
        new(_bytes + _header.VectorsOffset + unit.SampleOffset * Dimension * sizeof(float), unit.Count * Dimension);

    public ReadOnlySpan<double> Seconds(in UnitRow unit) => new(_bytes + _header.SecondsOffset + unit.SampleOffset * sizeof(double), unit.Count);

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

    /// <summary>Which of its videos one is; below 0 when it is none.</summary>
    public int IndexOf(VideoId video) => Array.BinarySearch(Videos, video);

    /// <summary>Samples of the units [first, end).</summary>
    public long SamplesIn(int first, int end) =>
        first == end ? 0 : Units[end - 1].SampleOffset + Units[end - 1].Count - Units[first].SampleOffset;

    /// <summary>A unit with copies of its vectors.</summary>
    public Unit Read(int unit)
    {
        var row = Units[unit];
        return new Unit
        {
            FirstSample = row.FirstSample,
            ShotFirstSample = row.ShotFirstSample,
            Seconds = Seconds(row).ToArray(),
            Vectors = Vectors(row).ToArray(),
            Mean = Mean(unit).ToArray(),
            Radius = row.Radius,
        };
    }

    /// <summary>Checks means and vectors against their checksums; a fault for each part that differs.</summary>
    public IEnumerable<ClusterSearch.Core.ClusterSearchException> Verify(CancellationToken cancellation)
    {
        if (MeansChecksum() != _header.MeansChecksum) yield return IndexFaults.Corrupt(Path, "the checksum of its means differs");
        for (var block = 0; block < _header.VectorBlockCount; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!IsBlockWhole(block)) yield return IndexFaults.Corrupt(Path, $"the checksum of vector block {block} differs");
        }
        if (!IsPaddingEmpty()) yield return IndexFaults.Corrupt(Path, "the room between its blocks is not empty");
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
        Append(hash, _header.VideosOffset, _header.VideosLength);
        Append(hash, _header.CoversOffset, (long)_header.CoverCount * SegmentFormat.CoverBytes);
        Append(hash, _header.UnitsOffset, (long)_header.UnitCount * SegmentFormat.UnitBytes);
        Append(hash, _header.SecondsOffset, _header.SampleCount * sizeof(double));
        return hash.GetCurrentHashAsUInt64();
    }

    private ulong MeansChecksum()
    {
        var hash = new XxHash3();
        Append(hash, _header.MeansOffset, (long)_header.UnitCount * Dimension * sizeof(float));
        return hash.GetCurrentHashAsUInt64();
    }

    // In pieces: a span ends at 2 GiB, a table need not.
    private void Append(XxHash3 hash, long offset, long length)
    {
        for (; length > 0; offset += SegmentFormat.VectorBlockBytes, length -= SegmentFormat.VectorBlockBytes)
            hash.Append(Span(offset, Math.Min(length, SegmentFormat.VectorBlockBytes)));
    }

    private bool IsBlockWhole(int block)
    {
        var length = _header.SampleCount * Dimension * sizeof(float);
        var offset = (long)block * SegmentFormat.VectorBlockBytes;
        var bytes = Span(_header.VectorsOffset + offset, Math.Min(SegmentFormat.VectorBlockBytes, length - offset));
        return XxHash3.HashToUInt64(bytes) == MemoryMarshal.Read<ulong>(Span(_header.ChecksumsOffset + (long)block * sizeof(ulong), sizeof(ulong)));
    }

    private bool IsPaddingEmpty()
    {
        var vectorBytes = Dimension * sizeof(float);
        foreach (var (end, next) in (ReadOnlySpan<(long, long)>)[
            (_header.VideosOffset + _header.VideosLength, _header.CoversOffset),
            (_header.CoversOffset + (long)_header.CoverCount * SegmentFormat.CoverBytes, _header.UnitsOffset),
            (_header.UnitsOffset + (long)_header.UnitCount * SegmentFormat.UnitBytes, _header.MeansOffset),
            (_header.MeansOffset + (long)_header.UnitCount * vectorBytes, _header.SecondsOffset),
            (_header.SecondsOffset + _header.SampleCount * sizeof(double), _header.VectorsOffset),
            (_header.VectorsOffset + _header.SampleCount * vectorBytes, _header.ChecksumsOffset)])
        {
            if (Span(end, next - end).ContainsAnyExcept((byte)0)) return false;
        }
        return true;
    }

    private (VideoId[] Ids, VideoAttributes[] Attributes, int[] FirstUnits, SampleRange[][] Covers) ReadVideos()
    {
        var ids = new VideoId[_header.VideoCount];
        var attributes = new VideoAttributes[ids.Length];
        var firstUnits = new int[ids.Length + 1];
        var firstCovers = new int[ids.Length + 1];
        (firstUnits[^1], firstCovers[^1]) = (_header.UnitCount, _header.CoverCount);
        using var reader = new BinaryReader(new MemoryStream(Span(_header.VideosOffset, _header.VideosLength).ToArray()));
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = VideoId.Parse(Encoding.ASCII.GetString(reader.ReadBytes(VideoId.Length)));
            firstUnits[i] = reader.ReadInt32();
            firstCovers[i] = reader.ReadInt32();
            var camera = ReadText(reader);
            var zone = ReadText(reader);
            DateTimeOffset? recordedAt = reader.ReadBoolean() ? new DateTimeOffset(reader.ReadInt64(), TimeSpan.FromMinutes(reader.ReadInt16())) : null;
            attributes[i] = new VideoAttributes(camera, zone, recordedAt);
        }
        var bounds = MemoryMarshal.Cast<byte, long>(Span(_header.CoversOffset, (long)_header.CoverCount * SegmentFormat.CoverBytes));
        var covers = new SampleRange[ids.Length][];
        for (var i = 0; i < covers.Length; i++)
        {
            covers[i] = new SampleRange[firstCovers[i + 1] - firstCovers[i]];
            for (var cover = 0; cover < covers[i].Length; cover++)
                covers[i][cover] = new SampleRange(bounds[2 * (firstCovers[i] + cover)], bounds[2 * (firstCovers[i] + cover) + 1]);
        }
        return (ids, attributes, firstUnits, covers);
    }

    private static string? ReadText(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        return length < 0 ? null : new string(MemoryMarshal.Cast<byte, char>(reader.ReadBytes(length * sizeof(char))));
    }
}
