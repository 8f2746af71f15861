using System.Buffers.Text;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Decoding;

/// <summary>
/// The side channel of a decoding ffmpeg, on its descriptor 3: a line pair for every decoded frame with its difference to the
/// frame before, and one for every picture that goes to standard output, in the order of both.
/// </summary>
internal static class FrameReport
{
    /// <summary>Metadata key by which a picture that is handed out reports itself.</summary>
    public const string SampleKey = "sample";

    /// <summary>
    /// Prints every frame's time and difference. 256x144 nearly free points of the luma, averaged four by four, compared by
    /// scdet: its mafd is the mean absolute difference in percent of 256.
    /// </summary>
    public const string DifferenceFilters =
        $@"scale=256:144:flags=fast_bilinear+bitexact+accurate_rnd,format=gray,scale=64:36:flags=area+bitexact+accurate_rnd,scdet,metadata=mode=print:key={DifferenceKey}:{File}";

    /// <summary>
    /// A branch that reports every frame up to the first one at or after a time and ends with that one. ffmpeg decodes on until
    /// all its branches have ended, so one without an end would decode the rest of the video.
    /// </summary>
    public static string BranchUntil(long endTicks) => $"{DifferenceFilters},trim=end_pts={endTicks},nullsink";

    /// <summary>Prints the time of every frame that passes.</summary>
    public const string SampleFilters = $"metadata=mode=add:key={SampleKey}:value=1,metadata=mode=print:key={SampleKey}:{File}";

    private const string DifferenceKey = "lavfi.scd.mafd";
    private const float PercentOf256 = 2.56f;

    /// <summary>Unbuffered: a line must not wait for the next while its picture is being read.</summary>
    private const string File = @"file=pipe\\:3:direct=1";

    public static void Read(Stream stream, Action<ReportLine> visit)
    {
        var lines = new LineReader(stream);
        long? ticks = null;
        while (lines.Next(out var line))
        {
            if (line.StartsWith("frame:"u8))
            {
                ticks = Ticks(line);
            }
            else if (ticks is { } time && line.StartsWith("lavfi.scd.mafd="u8))
            {
                if (!Utf8Parser.TryParse(line["lavfi.scd.mafd=".Length..], out float percent, out _) || !float.IsFinite(percent)) percent = 0;
                visit(new ReportLine(time, IsSample: false, percent * PercentOf256));
            }
            else if (ticks is { } sampleTime && line.StartsWith("sample="u8))
            {
                visit(new ReportLine(sampleTime, IsSample: true, 0));
            }
        }
    }

    /// <summary>"frame:7    pts:1400    pts_time:1.4"; a frame without a time cannot be placed and is passed over.</summary>
    private static long? Ticks(ReadOnlySpan<byte> line)
    {
        var at = line.IndexOf(" pts:"u8);
        return at >= 0 && Utf8Parser.TryParse(line[(at + 5)..], out long ticks, out _) ? ticks : null;
    }
}

/// <summary>One line pair.</summary>
/// <param name="Time">A frame's presentation time in ticks; a sample's number on the grid of its filter.</param>
/// <param name="IsSample">Whether it announces a picture on standard output.</param>
/// <param name="Difference">Of a frame to the decoded frame before: mean absolute difference, 0 to 255.</param>
internal readonly record struct ReportLine(long Time, bool IsSample, float Difference);
