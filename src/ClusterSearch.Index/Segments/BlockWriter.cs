using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace ClusterSearch.Index.Segments;

/// <summary>Writes the sections of a segment and keeps a checksum of each of their blocks. Searches go first, block by block.</summary>
internal sealed class BlockWriter(FileStream file, SearchTraffic traffic)
{
    private readonly byte[] _block = new byte[SegmentFormat.BlockBytes];
    private readonly List<ulong> _checksums = [];
    private readonly WriteBehind _behind = new(file);
    private int _filled;

    /// <summary>Checksums of the blocks so far.</summary>
    public ReadOnlySpan<byte> Checksums => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_checksums));

    /// <summary>Ends the section before and goes on at an offset, with zeros up to there.</summary>
    public void Begin(long offset)
    {
        Close();
        Pad(file, offset);
    }

    public void Append<T>(ReadOnlySpan<T> values) where T : unmanaged => Append(MemoryMarshal.AsBytes(values));

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, _block.Length - _filled)];
            part.CopyTo(_block.AsSpan(_filled));
            _filled += part.Length;
            bytes = bytes[part.Length..];
            if (_filled == _block.Length) Close();
        }
    }

    public static void Pad(FileStream file, long offset)
    {
        Span<byte> zeros = stackalloc byte[SegmentFormat.Alignment];
        zeros.Clear();
        file.Write(zeros[..(int)(offset - file.Position)]);
    }

    private void Close()
    {
        if (_filled == 0) return;
        traffic.GiveWay();
        var block = _block.AsSpan(0, _filled);
        _checksums.Add(XxHash3.HashToUInt64(block));
        file.Write(block);
        _behind.Begin();
        _filled = 0;
    }
}
