using System.Buffers.Binary;

namespace ClusterSearch.Catalog.Ledger;

/// <summary>Listed presentation times as one column: 64-bit little-endian numbers.</summary>
internal static class TickBytes
{
    public static byte[] Of(long[] ticks)
    {
        var bytes = new byte[ticks.Length * sizeof(long)];
        for (var i = 0; i < ticks.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), ticks[i]);
        return bytes;
    }

    public static long[] Read(byte[] bytes)
    {
        var ticks = new long[bytes.Length / sizeof(long)];
        for (var i = 0; i < ticks.Length; i++) ticks[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long)));
        return ticks;
    }
}
