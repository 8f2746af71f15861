using System.Buffers.Binary;
using System.Collections.Frozen;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Watching;

/// <summary>
/// Containers of which what is written stays as it is while more is appended: MPEG transport streams, Matroska and WebM,
/// fragmented MP4. Others are footage only once they are whole.
/// </summary>
internal static class AppendableContainer
{
    private static readonly FrozenSet<string> Extensions =
        new[] { ".ts", ".m2t", ".m2ts", ".mts", ".mkv", ".webm", ".mp4", ".m4v", ".mov" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>By its name, before anything is read.</summary>
    public static bool MayBe(string path) => Extensions.Contains(Path.GetExtension(path));

    public static bool Is(string path, VideoFacts facts)
    {
        var names = facts.Container.Split(',');
        return names.Contains("mpegts", StringComparer.Ordinal) || names.Contains("matroska", StringComparer.Ordinal)
            || (names.Contains("mp4", StringComparer.Ordinal) && IsFragmented(path));
    }

    /// <summary>Whether the end that ffprobe states is that of what is written, and not what a header promises.</summary>
    public static bool EndIsMeasured(VideoFacts facts) => facts.DurationCounted || facts.Container.Split(',').Contains("mpegts", StringComparer.Ordinal);

    /// <summary>Whether a box "moof" lies at the top level (ISO/IEC 14496-12, 8.8.4).</summary>
    private static bool IsFragmented(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[16];
        for (long offset = 0; RandomAccess.Read(file, header, offset) == header.Length;)
        {
            if (header[4..8].SequenceEqual("moof"u8)) return true;
            long size = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (size == 1) size = BinaryPrimitives.ReadInt64BigEndian(header[8..]);
            // 0 reaches to the end of the file.
            if (size < 8 || offset > long.MaxValue - size) return false;
            offset += size;
        }
        return false;
    }
}
