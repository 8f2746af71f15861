using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace ClusterSearch.Index.Segments;

/// <summary>What is known of the blocks of a mapped segment. Each is checked when it is first asked for; safe for any number of threads.</summary>
internal sealed unsafe class BlockStates(SegmentFormat.Header header, byte* bytes)
{
    private const byte Unknown = 0;
    private const byte Whole = 1;
    private const byte Damaged = 2;

    private readonly byte[] _states = new byte[header.BlockCount];
    private readonly ConcurrentDictionary<int, bool> _broken = [];

    /// <summary>Numbers of blocks found damaged, in order.</summary>
    public IReadOnlyList<int> Broken => [.. _broken.Keys.Order()];

    /// <param name="offset">From the section's beginning.</param>
    /// <param name="length">Above 0.</param>
    public bool AreWhole(SegmentSection section, long offset, long length)
    {
        var first = header[section].FirstBlock;
        var last = first + (int)((offset + length - 1) >> SegmentFormat.BlockShift);
        for (var block = first + (int)(offset >> SegmentFormat.BlockShift); block <= last; block++)
        {
            var state = Volatile.Read(ref _states[block]);
            if (state == Damaged || (state == Unknown && !Check(block))) return false;
        }
        return true;
    }

    /// <summary>Has the system read what was never looked at, so that many parts are on their way at once.</summary>
    public void Expect(SegmentSection section, long offset, long length)
    {
        var first = header[section].FirstBlock + (int)(offset >> SegmentFormat.BlockShift);
        var last = header[section].FirstBlock + (int)((offset + length - 1) >> SegmentFormat.BlockShift);
        for (var block = first; block <= last; block++)
        {
            if (Volatile.Read(ref _states[block]) != Unknown) continue;
            var from = (long)(block - header[section].FirstBlock) << SegmentFormat.BlockShift;
            FileAdvice.WillNeed(bytes + header[section].Offset + from, Math.Min(SegmentFormat.BlockBytes, header[section].Length - from));
        }
    }

    /// <summary>Checks a block against its checksum.</summary>
    public bool Check(int block)
    {
        var (section, first, end) = RangeOf(block);
        var checksums = new ReadOnlySpan<ulong>(bytes + header.ChecksumsOffset, header.BlockCount);
        var isWhole = XxHash3.HashToUInt64(new ReadOnlySpan<byte>(bytes + header[section].Offset + first, (int)(end - first))) == checksums[block];
        Volatile.Write(ref _states[block], isWhole ? Whole : Damaged);
        if (!isWhole) _broken.TryAdd(block, true);
        return isWhole;
    }

    /// <summary>Where a block lies: bytes [first, end) of a section.</summary>
    public (SegmentSection Section, long First, long End) RangeOf(int block)
    {
        var section = SegmentFormat.SectionCount - 1;
        while (header.Sections[section].FirstBlock > block || header.Sections[section].Length == 0) section--;
        var first = (long)(block - header.Sections[section].FirstBlock) << SegmentFormat.BlockShift;
        return ((SegmentSection)section, first, Math.Min(first + SegmentFormat.BlockBytes, header.Sections[section].Length));
    }
}
