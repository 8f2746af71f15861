using System.Globalization;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Decoding;

/// <summary>
/// Which of the decoder's complaints concern a range: those written between the line of the frame with which it begins and that
/// of the frame with which it is complete. Both are lines of one stream, written one after another by ffmpeg, so that it makes
/// no difference when somebody reads them, nor when the decoder is stopped.
/// </summary>
/// <remarks>
/// A decoder hands a frame out after it has complained about it and about all before it, and works some frames ahead: what is said
/// of frames just behind either end may be counted with those before.
/// </remarks>
/// <param name="fromTicks">Complaints count from the first frame of this time or a later one on; null for from the beginning.</param>
/// <param name="untilTicks">And until the first frame of this time or a later one.</param>
/// <param name="ignored">What is no complaint, without its level.</param>
internal sealed class ComplaintWindow(long? fromTicks, long untilTicks, Func<string, bool> ignored)
{
    /// <summary>Tells of every frame that passes, on standard error, where <see cref="FfmpegTools.Levelled"/> holds.</summary>
    public const string PositionFilters = "metadata=mode=add:key=position:value=1,metadata@position=mode=print:key=position";

    private const string Position = "metadata@position: [info] ";

    private bool _open = fromTicks is null;
    private bool _closed;

    /// <param name="line">"h264: [error] text", without a level where ffmpeg ends a line twice or somebody else wrote it.</param>
    public ErrorLine Read(string line)
    {
        if (line.StartsWith(Position, StringComparison.Ordinal))
        {
            if (Ticks(line) is { } ticks)
            {
                _open |= ticks >= fromTicks;
                _closed |= ticks >= untilTicks;
            }
            return default;
        }
        foreach (var level in (ReadOnlySpan<string>)["[info] ", "[warning] "])
            if (line.Contains(level, StringComparison.Ordinal)) return default;
        foreach (var level in (ReadOnlySpan<string>)["[error] ", "[fatal] ", "[panic] "])
            line = line.Replace(level, string.Empty, StringComparison.Ordinal);
        return ignored(line) ? default : new ErrorLine(line, _open && !_closed);
    }

    /// <summary>"frame:7    pts:1400    pts_time:1.4"; null for "position=1".</summary>
    private static long? Ticks(string line)
    {
        var at = line.IndexOf(" pts:", StringComparison.Ordinal);
        if (at < 0) return null;
        var digits = line.AsSpan(at + 5);
        var end = digits.IndexOf(' ');
        return long.TryParse(end < 0 ? digits : digits[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ticks) ? ticks : null;
    }
}
