using System.Buffers.Binary;

namespace ClusterSearch.Media.Pictures;

/// <summary>
/// How a picture file wants to be turned (EXIF 2.3, tag 0x0112), read from JPEG, PNG, WebP and TIFF. ffmpeg before version 6
/// does not apply it, later versions may; it is therefore always done here.
/// </summary>
internal static class ExifOrientation
{
    private const int Tag = 0x0112;
    private const int KeptBytes = 1 << 16;

    /// <returns>1 (upright) to 8.</returns>
    public static int Of(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[12];
        if (file.ReadAtLeast(head, 12, throwOnEndOfStream: false) < 12) return 1;
        if (head[0] == 0xFF && head[1] == 0xD8) return InJpeg(file);
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])) return InPng(file);
        if (head.StartsWith("RIFF"u8)) return InWebP(file);
        return head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) ? InTiff(offset => Read(file, offset, KeptBytes)) : 1;
    }

    /// <summary>ffmpeg's filters that turn it upright; empty for none.</summary>
    public static string Filters(int orientation) => orientation switch
    {
        2 => ",hflip",
        3 => ",hflip,vflip",
        4 => ",vflip",
        5 => ",transpose=cclock_flip",
        6 => ",transpose=clock",
        7 => ",transpose=clock_flip",
        8 => ",transpose=cclock",
        _ => string.Empty,
    };

    private static int InJpeg(FileStream file)
    {
        long at = 2;
        while (Read(file, at, 4) is [0xFF, var marker, var high, var low])
        {
            var length = high << 8 | low;
            // Pictures begin with SOS; nothing of interest follows.
            if (marker == 0xDA || length < 2) return 1;
            if (marker == 0xE1 && Read(file, at + 4, length - 2) is var data && data.AsSpan().StartsWith("Exif\0\0"u8)) return InTiff(offset => Slice(data, offset + 6));
            at += 2 + length;
        }
        return 1;
    }

    private static int InPng(FileStream file)
    {
        long at = 8;
        while (Read(file, at, 8) is { Length: 8 } chunk)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (chunk.AsSpan(4).SequenceEqual("eXIf"u8))
            {
                var data = Read(file, at + 8, (int)Math.Min(length, KeptBytes));
                return InTiff(offset => Slice(data, offset));
            }
            if (chunk.AsSpan(4).SequenceEqual("IEND"u8)) return 1;
            at += 12L + length;
        }
        return 1;
    }

    private static int InWebP(FileStream file)
    {
        long at = 12;
        while (Read(file, at, 8) is { Length: 8 } chunk)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunk.AsSpan(4));
            if (chunk.AsSpan(0, 4).SequenceEqual("EXIF"u8))
            {
                var data = Read(file, at + 8, (int)Math.Min(length, KeptBytes));
                // Some writers put JPEG's prefix before it.
                var skip = data.AsSpan().StartsWith("Exif\0\0"u8) ? 6 : 0;
                return InTiff(offset => Slice(data, offset + skip));
            }
            at += 8L + length + (length & 1);
        }
        return 1;
    }

    /// <param name="at">Bytes from an offset on; fewer or none at the end.</param>
    private static int InTiff(Func<long, ReadOnlyMemory<byte>> at)
    {
        var header = at(0).Span;
        if (header.Length < 8) return 1;
        var little = header[0] == 'I';
        var directory = at(little ? BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) : BinaryPrimitives.ReadUInt32BigEndian(header[4..])).Span;
        if (directory.Length < 2) return 1;
        var count = Short(directory, little);
        for (var i = 0; i < count && 2 + (i + 1) * 12 <= directory.Length; i++)
        {
            var entry = directory.Slice(2 + i * 12, 12);
            if (Short(entry, little) != Tag) continue;
            var value = Short(entry[8..], little);
            return value is >= 1 and <= 8 ? value : 1;
        }
        return 1;
    }

    private static int Short(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static ReadOnlyMemory<byte> Slice(byte[] data, long offset) => offset <= data.Length ? data.AsMemory((int)offset) : default;

    private static byte[] Read(FileStream file, long offset, int length)
    {
        var bytes = new byte[length];
        file.Position = offset;
        var count = file.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        return count == length ? bytes : bytes[..count];
    }
}
