using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

public sealed class ColourTests : IDisposable
{
    private readonly FfmpegFootageReader _reader = new();
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("1280x720", "bt709", "")]
    [InlineData("640x360", "bt601", "")]
    [InlineData("640x360", "bt709", "-colorspace bt709")]
    [InlineData("1280x720", "bt601", "-colorspace smpte170m")]
    public async Task Colours_come_back_by_the_stated_matrix_or_else_by_the_number_of_lines(string size, string matrix, string tags)
    {
        var path = _directory.File("colour.mp4");
        await TestFootage.FfmpegAsync($"-f lavfi -i color=0xC81E3C:s={size}:r=5:d=1,format=rgb24 -vf scale=out_color_matrix={matrix}:out_range=tv:flags=accurate_rnd+full_chroma_inp,format=yuv444p,setparams=colorspace=unknown -c:v libx264 -preset ultrafast -qp 0 {tags} {path}");
        var (red, green, blue) = await CentreAsync(path, 0);
        Assert.True(Math.Abs(red - 0xC8) + Math.Abs(green - 0x1E) + Math.Abs(blue - 0x3C) <= 6, $"found {(red, green, blue)}");
    }

    [Fact]
    public async Task High_dynamic_range_is_mapped_to_what_a_screen_shows()
    {
        // PQ codes (SMPTE ST 2084): 0.508 is 100 cd/m2, the white of a plain screen; 0.752 is 1,000. 10 bits, limited range.
        var path = _directory.File("hdr.mp4");
        var levels = new[] { 0.15, 0.508, 0.752 };
        var inputs = string.Join(' ', levels.Select(level => $"-f lavfi -i color=black:s=64x64:r=1:d=1,format=yuv420p10,geq=lum={(int)(64 + level * 876)}:cb=512:cr=512"));
        await TestFootage.FfmpegAsync($"{inputs} -filter_complex concat=n=3 -c:v libx265 -x265-params log-level=error:lossless=1 -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc {path}");
        var facts = await _reader.ProbeAsync(path, default);
        Assert.Equal(("smpte2084", "bt2020"), (facts.ColorTransfer, facts.ColorPrimaries));
        var dark = await CentreAsync(path, 0);
        var white = await CentreAsync(path, 1);
        var highlight = await CentreAsync(path, 2);
        Assert.InRange(dark.Green, 0, 60);
        Assert.InRange(white.Green, 110, 250);
        Assert.InRange(highlight.Green, white.Green + 3, 255);
        Assert.All(new[] { dark, white, highlight }, pixel => Assert.InRange(Math.Abs(pixel.Red - pixel.Green) + Math.Abs(pixel.Blue - pixel.Green), 0, 4));
    }

    [Fact]
    public async Task A_stream_that_changes_its_size_keeps_the_size_of_its_beginning_and_loses_no_sample()
    {
        var path = _directory.File("switch.ts");
        await TestFootage.FfmpegAsync($"-f lavfi -i testsrc2=s=160x90:r=25:d=4 -c:v libx264 -preset veryfast -g 25 -f mpegts {_directory.File("a.ts")}");
        await TestFootage.FfmpegAsync($"-f lavfi -i testsrc2=s=192x144:r=25:d=4 -c:v libx264 -preset veryfast -g 25 -output_ts_offset 4 -f mpegts {_directory.File("b.ts")}");
        await File.WriteAllBytesAsync(path, [.. await File.ReadAllBytesAsync(_directory.File("a.ts")), .. await File.ReadAllBytesAsync(_directory.File("b.ts"))]);
        var facts = await _reader.ProbeAsync(path, default);
        Assert.Equal(8, facts.DurationSeconds, 0.1);
        var grid = await _reader.GridAsync(path, facts, "5");
        var whole = await _reader.ReadAsync(path, facts, grid, SampleRange.Everything);
        Assert.Equal(grid.Count, whole.Count);
        Assert.All(whole, sample => Assert.Equal((160, 90), (sample.Width, sample.Height)));
        var pieces = await _reader.ReadAsync(path, facts, grid, new SampleRange(0, 23));
        pieces.AddRange(await _reader.ReadAsync(path, facts, grid, new SampleRange(23, grid.Count)));
        Assert.Equal(whole, pieces);
    }

    public void Dispose() => _directory.Dispose();

    private async Task<(int Red, int Green, int Blue)> CentreAsync(string path, long number)
    {
        var facts = await _reader.ProbeAsync(path, default);
        var request = new FrameRequest { Path = path, Facts = facts, Grid = await _reader.GridAsync(path, facts, "1"), Samples = new SampleRange(number, number + 1) };
        (int, int, int)? centre = null;
        await foreach (var frame in _reader.SampleAsync(request, new DecodeTrace(), default))
        {
            using (frame)
            {
                var at = (frame.Image.Height / 2 * frame.Image.Width + frame.Image.Width / 2) * 3;
                centre = (frame.Image.Pixels[at], frame.Image.Pixels[at + 1], frame.Image.Pixels[at + 2]);
            }
        }
        return centre!.Value;
    }
}
