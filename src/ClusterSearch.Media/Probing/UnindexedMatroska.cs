using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ClusterSearch.Media.Probing;

/// <summary>
/// Where times lie in a Matroska or WebM file without an index: one that is still being written, or whose writer was cut off.
/// ffmpeg reads such a file from its beginning to reach a time, which makes following a day's recording cost a day's reading
/// for each piece of it; here clusters are found by halving the file. Source of the layout: RFC 9559 (Matroska), RFC 8794 (EBML).
/// </summary>
internal sealed class UnindexedMatroska
{
    private const uint SegmentId = 0x18538067, SeekHeadId = 0x114D9B74, InfoId = 0x1549A966, CuesId = 0x1C53BB6B, ClusterId = 0x1F43B675;
    private const long MostHeaderBytes = 64 << 20;
    private const long DefaultNanosecondsPerTick = 1_000_000;
    private const int ReadBytes = 1 << 20;

    private readonly string _path;
    private readonly long _nanosecondsPerTick;
    private readonly long _length;

    private UnindexedMatroska(string path, long headerBytes, long nanosecondsPerTick, long length) =>
        (_path, HeaderBytes, _nanosecondsPerTick, _length) = (path, headerBytes, nanosecondsPerTick, length);

    /// <summary>What lies before the first cluster: with it, clusters from anywhere in the file make a file of their own.</summary>
    public long HeaderBytes { get; }

    /// <returns>Null for any other file, for one with an index, and for one without a cluster.</returns>
    public static UnindexedMatroska? Open(string path)
    {
        try
        {
            using var file = OpenFile(path);
            return Read(path, file, RandomAccess.GetLength(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Whoever reads it next says why it cannot be read.
            return null;
        }
    }

    /// <summary>Where to begin to read so that everything from a time on comes.</summary>
    /// <param name="seconds">On the container's clock.</param>
    /// <returns>Offset of the last cluster that begins at or before the time, of the first one where all are later.</returns>
    public long ClusterAt(double seconds)
    {
        using var file = OpenFile(_path);
        var (low, high) = (HeaderBytes, _length);
        while (high - low > ReadBytes)
        {
            var middle = low + (high - low) / 2;
            if (FindCluster(file, middle, high) is { } found && found.Seconds <= seconds) low = found.Offset;
            else high = middle;
        }
        for (var next = FindCluster(file, low + 1, _length); next is { } cluster && cluster.Seconds <= seconds; next = FindCluster(file, low + 1, _length)) low = cluster.Offset;
        return low;
    }

    /// <summary>Beginning of the last cluster, in seconds on the container's clock.</summary>
    public double LastSeconds()
    {
        using var file = OpenFile(_path);
        for (long back = ReadBytes; ; back *= 4)
        {
            var from = Math.Max(HeaderBytes, _length - back);
            (long Offset, double Seconds)? last = null;
            for (var next = FindCluster(file, from, _length); next is { } cluster; next = FindCluster(file, cluster.Offset + 1, _length)) last = cluster;
            if (last is { } found) return found.Seconds;
            if (from == HeaderBytes) return 0;
        }
    }

    private static SafeFileHandle OpenFile(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static UnindexedMatroska? Read(string path, SafeFileHandle file, long length)
    {
        if (Element(file, 0) is not { Id: 0x1A45DFA3, Size: { } headSize } head || Element(file, head.Content + headSize) is not { Id: SegmentId } segment) return null;
        long nanosecondsPerTick = DefaultNanosecondsPerTick;
        for (var at = segment.Content; at < Math.Min(length, MostHeaderBytes);)
        {
            if (Element(file, at) is not { } element) return null;
            switch (element.Id)
            {
                case ClusterId:
                    return new UnindexedMatroska(path, at, nanosecondsPerTick, length);
                case CuesId:
                    return null;
                // A header may promise an index that is not there yet.
                case SeekHeadId when CuesIn(file, element) is { } cues && Element(file, segment.Content + cues) is { Id: CuesId }:
                    return null;
                case InfoId when element.Size is { } size:
                    nanosecondsPerTick = Child(file, element.Content, size, 0x2AD7B1) is { } scale ? Number(file, scale) : DefaultNanosecondsPerTick;
                    break;
            }
            if (element.Size is not { } known) return null;
            at = element.Content + known;
        }
        return null;
    }

    /// <returns>Position of the index behind the beginning of the segment's content; null where none is named.</returns>
    private static long? CuesIn(SafeFileHandle file, EbmlElement seekHead)
    {
        var end = seekHead.Content + (seekHead.Size ?? 0);
        for (var at = seekHead.Content; at < end && Element(file, at) is { Size: { } size } entry; at = entry.Content + size)
            if (entry.Id == 0x4DBB && Child(file, entry.Content, size, 0x53AB) is { } target && Number(file, target) == CuesId && Child(file, entry.Content, size, 0x53AC) is { } position)
                return Number(file, position);
        return null;
    }

    private static EbmlElement? Child(SafeFileHandle file, long content, long size, uint id)
    {
        for (var at = content; at < content + size && Element(file, at) is { Size: { } childSize } child; at = child.Content + childSize)
            if (child.Id == id) return child;
        return null;
    }

    private static long Number(SafeFileHandle file, EbmlElement element)
    {
        Span<byte> bytes = stackalloc byte[(int)Math.Min(8, element.Size ?? 0)];
        long value = 0;
        foreach (var part in bytes[..RandomAccess.Read(file, bytes, element.Content)]) value = (value << 8) | part;
        return value;
    }

    /// <summary>The first cluster from an offset on.</summary>
    private (long Offset, double Seconds)? FindCluster(SafeFileHandle file, long from, long end)
    {
        ReadOnlySpan<byte> mark = [0x1F, 0x43, 0xB6, 0x75];
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            // Reads overlap, for a mark across their border.
            for (var at = from; at < end; at += ReadBytes - mark.Length)
            {
                var read = buffer.AsSpan(0, RandomAccess.Read(file, buffer.AsSpan(0, ReadBytes), at));
                for (int first = 0, next; (next = read[first..].IndexOf(mark)) >= 0; first += next + 1)
                {
                    var offset = at + first + next;
                    if (offset >= end) return null;
                    if (TicksOfCluster(file, offset) is { } ticks) return (offset, (double)ticks * _nanosecondsPerTick / 1e9);
                }
                if (read.Length < ReadBytes) return null;
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>Null where the mark is a cluster's by chance: no time follows, or nothing known behind it.</returns>
    private long? TicksOfCluster(SafeFileHandle file, long offset)
    {
        if (Element(file, offset) is not { Id: ClusterId } cluster) return null;
        if (cluster.Size is { } size && cluster.Content + size < _length && Element(file, cluster.Content + size) is not { Id: ClusterId or CuesId or SeekHeadId or 0x1254C367 or 0xEC }) return null;
        // Before the time (E7) may stand a checksum, padding, the cluster's position and the size of the one before.
        for (var at = cluster.Content; Element(file, at) is { Size: { } length } child; at = child.Content + length)
        {
            if (child.Id == 0xE7) return length is > 0 and <= 8 ? Number(file, child) : null;
            if (child.Id is not (0xBF or 0xEC or 0xA7 or 0xAB)) return null;
        }
        return null;
    }

    private static EbmlElement? Element(SafeFileHandle file, long offset)
    {
        Span<byte> bytes = stackalloc byte[12];
        bytes = bytes[..RandomAccess.Read(file, bytes, offset)];
        if (bytes.Length < 2) return null;
        var idLength = LeadingZeros(bytes[0]) + 1;
        if (idLength > 4 || bytes.Length <= idLength) return null;
        uint id = 0;
        foreach (var part in bytes[..idLength]) id = (id << 8) | part;
        bytes = bytes[idLength..];
        var sizeLength = LeadingZeros(bytes[0]) + 1;
        if (sizeLength > 8 || bytes.Length < sizeLength) return null;
        // All ones: the size is not known yet.
        long size = bytes[0] & (0xFF >> sizeLength), unknown = (1L << (7 * sizeLength)) - 1;
        foreach (var part in bytes[1..sizeLength]) size = (size << 8) | part;
        return new EbmlElement(id, offset + idLength + sizeLength, size == unknown ? null : size);
    }

    private static int LeadingZeros(byte value) => System.Numerics.BitOperations.LeadingZeroCount((uint)value) - 24;

    /// <param name="Content">Offset of what it holds.</param>
    /// <param name="Size">In bytes; null where the writer did not know it yet.</param>
    private readonly record struct EbmlElement(uint Id, long Content, long? Size);
}
