using System.Globalization;
using System.Text;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Media.Tests;

/// <summary>
/// Every frame of a video, decoded from the beginning by a plain ffmpeg, with the times that ffprobe gives them; samples and
/// edges are then picked from the list by the rule as it is written down.
/// </summary>
internal sealed class SlowReference
{
    private const int SmallWidth = 64;
    private const int SmallHeight = 36;

    private SlowReference(long[] ticks, List<string> pixels, List<byte[]> luma)
    {
        Ticks = ticks;
        Pixels = pixels;
        Luma = luma;
    }

    public long[] Ticks { get; }

    /// <summary>Digest of each frame's RGB.</summary>
    public List<string> Pixels { get; }

    public List<byte[]> Luma { get; }

    public static async Task<SlowReference> DecodeAsync(string path, VideoFacts facts, int width, int height, string before = "")
    {
        var deinterlace = facts.Interlaced ? "bwdif=mode=send_frame:deint=interlaced," : string.Empty;
        var matrix = facts.CodedHeight >= 720 ? "bt709" : "bt601";
        var times = Encoding.ASCII.GetString(await TestFootage.RunAsync("ffprobe", $"-v quiet -select_streams {facts.StreamIndex} -show_entries frame=pts,best_effort_timestamp -of csv=p=0 {path}"));
        var ticks = times.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(',', StringSplitOptions.RemoveEmptyEntries)[0])
            .Select((text, i) => long.TryParse(text, CultureInfo.InvariantCulture, out var pts) ? pts : i * 48000L).ToArray();
        var rgb = await TestFootage.RunAsync("ffmpeg", $"-v quiet -i {path} -map 0:{facts.StreamIndex} -vf {before}{deinterlace}scale={width}:{height}:in_color_matrix={matrix}:flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact -fps_mode passthrough -pix_fmt rgb24 -f rawvideo -");
        var small = await TestFootage.RunAsync("ffmpeg", $"-v quiet -i {path} -map 0:{facts.StreamIndex} -vf {deinterlace}scale=256:144:flags=fast_bilinear+bitexact+accurate_rnd,format=gray,scale={SmallWidth}:{SmallHeight}:flags=area+bitexact+accurate_rnd -fps_mode passthrough -pix_fmt gray -f rawvideo -");
        var size = width * height * 3;
        Assert.Equal(ticks.Length, rgb.Length / size);
        Assert.Equal(ticks.Length, small.Length / (SmallWidth * SmallHeight));
        return new SlowReference(ticks,
            [.. Enumerable.Range(0, ticks.Length).Select(i => Samples.Digest(rgb.AsSpan(i * size, size)))],
            [.. Enumerable.Range(0, ticks.Length).Select(i => small[(i * SmallWidth * SmallHeight)..((i + 1) * SmallWidth * SmallHeight)])]);
    }

    /// <summary>The last frame whose time is at or before the sample's instant.</summary>
    public int FrameOf(SampleGrid grid, long number) => Array.FindLastIndex(Ticks, ticks => ticks <= grid.InstantTicks(number));

    public (long Ticks, float Strength) EdgeOf(SampleGrid grid, long number)
    {
        var frame = FrameOf(grid, number);
        var previous = number == 0 ? frame : FrameOf(grid, number - 1);
        var edge = (Ticks: Ticks[frame], Strength: 0f);
        for (var i = previous + 1; i <= frame; i++)
        {
            var strength = Difference(i);
            if (i > previous + 1 && strength <= edge.Strength) continue;
            edge = (Ticks[i], strength);
        }
        return edge;
    }

    /// <summary>scdet's: mean absolute difference, in percent of 256 with three decimals; here from 0 to 255.</summary>
    private float Difference(int frame)
    {
        long sum = 0;
        for (var i = 0; i < SmallWidth * SmallHeight; i++) sum += Math.Abs(Luma[frame][i] - Luma[frame - 1][i]);
        var percent = sum * 100.0 / (SmallWidth * SmallHeight) / 256;
        return float.Parse(percent.ToString("F3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) * 2.56f;
    }
}
