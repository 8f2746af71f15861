using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Probing;

/// <summary>Reads packets of the video stream without decoding them.</summary>
internal sealed class PacketList(FfmpegTools tools)
{
    /// <summary>A cluster's time is that of its first packet, and packets come in the order of decoding.</summary>
    private const double MarginSeconds = 1;

    /// <summary>Calls <paramref name="visit"/> for each packet in file order, on another thread.</summary>
    /// <param name="fromSeconds">Where to begin, on the container's clock (ffprobe begins at a packet at or before it); null for the beginning.</param>
    /// <param name="untilSeconds">Where to end; null for the end.</param>
    public async Task VisitAsync(string path, int streamIndex, double? fromSeconds, double? untilSeconds, Action<Packet> visit, CancellationToken cancellation)
    {
        var arguments = new List<string> { "-loglevel", "repeat+error", "-select_streams", streamIndex.ToString(CultureInfo.InvariantCulture) };
        var (input, beginsThere) = FfmpegTools.GuardedFrom(path, fromSeconds - MarginSeconds);
        // An input that begins there is read from its beginning: it may hold no key frame to seek to before that time.
        if (beginsThere) fromSeconds = null;
        if (fromSeconds is not null || untilSeconds is not null)
            arguments.AddRange(["-read_intervals", string.Create(CultureInfo.InvariantCulture, $"{fromSeconds:F6}%{untilSeconds:F6}")]);
        arguments.AddRange(["-show_entries", "packet=pts,dts,duration,flags", "-of", "compact=p=0", .. input]);
        await using var child = ChildProcess.Start(tools.Options.FfprobePath, arguments, tools.Limits, cancellation);
        await BlockingThread.Run("ffprobe packets", () => Read(child.Output, visit));
        await child.Exit;
        cancellation.ThrowIfCancellationRequested();
        child.ThrowIfLimitHit(path);
    }

    private static void Read(Stream output, Action<Packet> visit)
    {
        var lines = new LineReader(output);
        while (lines.Next(out var line))
            if (TryParse(line, out var packet)) visit(packet);
    }

    /// <summary>"pts=133200|dts=126000|duration=3600|flags=K_" and whatever side data ffprobe adds.</summary>
    private static bool TryParse(ReadOnlySpan<byte> line, out Packet packet)
    {
        packet = default;
        if (!line.StartsWith("pts="u8)) return false;
        long? pts = null, dts = null, duration = null;
        bool key = false, discarded = false;
        foreach (var range in line.Split((byte)'|'))
        {
            var field = line[range];
            var at = field.IndexOf((byte)'=');
            if (at < 0) continue;
            var name = field[..at];
            var value = field[(at + 1)..];
            if (name.SequenceEqual("pts"u8)) pts = Number(value);
            else if (name.SequenceEqual("dts"u8)) dts = Number(value);
            else if (name.SequenceEqual("duration"u8)) duration = Number(value);
            else if (name.SequenceEqual("flags"u8))
            {
                key = value.Contains((byte)'K');
                discarded = value.Contains((byte)'D');
            }
        }
        packet = new Packet(pts, dts, duration, key, discarded);
        return true;
    }

    private static long? Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length ? value : null;
}

/// <summary>One packet of the video stream; times in ticks, null where the file states none.</summary>
/// <param name="Discarded">Hidden by an edit list: decoded, never shown.</param>
internal readonly record struct Packet(long? Pts, long? Dts, long? Duration, bool IsKey, bool Discarded);
