using System.Buffers.Binary;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;

namespace ClusterSearch.Media.Tests;

public sealed class PictureTests(TestFootage footage) : IDisposable
{
    private readonly FfmpegFootageReader _reader = new();
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("closed.mp4", 7.99)]
    [InlineData("open-gop.ts", 3.98)]
    [InlineData("vfr.mkv", 13.0)]
    [InlineData("mpeg4.avi", 5.5)]
    [InlineData("closed.mp4", 11.97)]
    public async Task A_thumbnail_shows_the_frame_of_its_instant(string name, double seconds)
    {
        var path = await footage.GetAsync(name);
        var facts = await _reader.ProbeAsync(path, default);
        var ticks = facts.TicksAt(seconds);
        var jpeg = _directory.File("thumbnail.jpg");
        await File.WriteAllBytesAsync(jpeg, await _reader.ThumbnailAsync(path, facts, ticks, 160, default));
        var thumbnail = await _reader.ReadImageAsync(jpeg, default);
        Assert.Equal((160, 90), (thumbnail.Width, thumbnail.Height));
        // The same instant through the sampler: a grid of one listed time.
        var frames = await _reader.ListFrameTicksAsync(path, facts, keyframesOnly: false, default);
        var at = Array.FindLastIndex(frames, time => time <= ticks);
        var grid = SampleGrid.Create(facts, Sampling.Native, frames);
        var request = new FrameRequest { Path = path, Facts = facts, Grid = grid, Samples = new SampleRange(Math.Max(0, at - 2), Math.Min(at + 3, grid.Count)) };
        var differences = new Dictionary<long, double>();
        await foreach (var frame in _reader.SampleAsync(request, new DecodeTrace(), default))
        {
            using (frame) differences[frame.Number] = Difference(thumbnail.Bytes, frame.Image.Bytes);
        }
        Assert.Equal(at, differences.MinBy(pair => pair.Value).Key);
        Assert.InRange(differences[at], 0, 6);
    }

    [Fact]
    public async Task A_thumbnail_is_scaled_down_but_never_up()
    {
        var path = await footage.GetAsync("anamorphic.mp4");
        var facts = await _reader.ProbeAsync(path, default);
        foreach (var (asked, width, height) in new[] { (96, 96, 72), (4000, 192, 144) })
        {
            var jpeg = _directory.File("thumbnail.jpg");
            await File.WriteAllBytesAsync(jpeg, await _reader.ThumbnailAsync(path, facts, facts.StartTicks, asked, default));
            var image = await _reader.ReadImageAsync(jpeg, default);
            Assert.Equal((width, height), (image.Width, image.Height));
        }
    }

    [Theory]
    [InlineData("png")]
    [InlineData("bmp")]
    [InlineData("tiff")]
    [InlineData("ppm")]
    [InlineData("webp")]
    public async Task A_lossless_picture_is_read_byte_for_byte(string extension)
    {
        var path = _directory.File("100%d." + extension);
        await TestFootage.FfmpegAsync($"-f lavfi -i testsrc2=s=50x34,format=rgb24 -frames:v 1 {(extension == "webp" ? "-c:v libwebp -lossless 1" : "")} -update 1 {path}");
        var expected = await TestFootage.RunAsync("ffmpeg", "-v error -f lavfi -i testsrc2=s=50x34,format=rgb24 -frames:v 1 -f rawvideo -");
        var image = await _reader.ReadImageAsync(path, default);
        Assert.Equal((50, 34), (image.Width, image.Height));
        Assert.Equal(Samples.Digest(expected), Samples.Digest(image.Bytes));
    }

    [Fact]
    public async Task A_photograph_is_turned_as_its_Exif_says()
    {
        // White at the upper left corner; EXIF 2.3 says of each value where row 0 and column 0 of the stored picture belong.
        var plain = _directory.File("plain.jpg");
        await TestFootage.FfmpegAsync($"-f lavfi -i color=black:s=64x32 -vf drawbox=w=24:h=12:c=white:t=fill -frames:v 1 -q:v 2 {plain}");
        var corners = new Dictionary<int, string>
        {
            [1] = "upper left",
            [2] = "upper right",
            [3] = "lower right",
            [4] = "lower left",
            [5] = "upper left",
            [6] = "upper right",
            [7] = "lower right",
            [8] = "lower left",
        };
        foreach (var (orientation, corner) in corners)
        {
            var path = _directory.File($"{orientation}.jpg");
            await File.WriteAllBytesAsync(path, WithOrientation(await File.ReadAllBytesAsync(plain), orientation));
            var image = await _reader.ReadImageAsync(path, default);
            Assert.Equal(orientation >= 5 ? (32, 64) : (64, 32), (image.Width, image.Height));
            Assert.Equal(corner, BrightCorner(image));
            // Turned and not only mirrored: the box keeps its long side along the picture's.
            Assert.Equal(orientation >= 5 ? (12, 24) : (24, 12), BrightBox(image));
        }
    }

    [Fact]
    public async Task What_is_no_picture_is_refused_in_one_line()
    {
        await File.WriteAllTextAsync(_directory.File("words.jpg"), "only words");
        await RefusedAsync(_directory.File("words.jpg"), ErrorCodes.RequestInvalid, "expected a picture");
        await RefusedAsync(await footage.GetAsync("closed.mp4"), ErrorCodes.RequestInvalid, "expected a picture");
        await RefusedAsync(_directory.File("gone.png"), ErrorCodes.FootageNotFound, "no such file");
        await File.WriteAllBytesAsync(_directory.File("cut.png"), [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0]);
        await RefusedAsync(_directory.File("cut.png"), ErrorCodes.RequestInvalid, "PNG picture cannot be decoded");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task A_contact_sheet_shows_its_tiles_with_captions(int count)
    {
        var jpegs = new List<ContactSheetTile>();
        var colours = new[] { "red", "lime", "blue", "white", "yellow", "cyan", "magenta" };
        for (var i = 0; i < count; i++)
        {
            var jpeg = _directory.File($"{i}.jpg");
            // Wide, square and tall ones.
            await TestFootage.FfmpegAsync($"-f lavfi -i color={colours[i]}:s={(i % 3 == 0 ? "320x180" : i % 3 == 1 ? "100x100" : "90x160")} -frames:v 1 {jpeg}");
            jpegs.Add(new ContactSheetTile(await File.ReadAllBytesAsync(jpeg), i == 3 ? "a very long name of a file that nobody can fit below a tile.mp4 00:12:34.567" : $"{colours[i]} Ünï Привет {i}"));
        }
        var sheet = _directory.File("sheet.png");
        await _reader.WriteContactSheetAsync(jpegs, sheet, default);
        var image = await _reader.ReadImageAsync(sheet, default);
        var columns = count == 1 ? 1 : 3;
        var rows = count == 1 ? 1 : 3;
        Assert.Equal((2 * 24 + columns * 320 + (columns - 1) * 20, 2 * 24 + rows * (180 + 6 + 20) + (rows - 1) * 20), (image.Width, image.Height));
        var expected = new Dictionary<string, (int, int, int)>
        {
            ["red"] = (255, 0, 0),
            ["lime"] = (0, 255, 0),
            ["blue"] = (0, 0, 255),
            ["white"] = (255, 255, 255),
            ["yellow"] = (255, 255, 0),
            ["cyan"] = (0, 255, 255),
            ["magenta"] = (255, 0, 255),
        };
        for (var i = 0; i < count; i++)
        {
            var (left, top) = (24 + i % columns * 340, 24 + i / columns * 226);
            var (red, green, blue) = Pixel(image, left + 160, top + 90);
            var (r, g, b) = expected[colours[i]];
            Assert.True(Math.Abs(red - r) + Math.Abs(green - g) + Math.Abs(blue - b) < 20, $"tile {i} is {(red, green, blue)}");
            // Letters below it, and nothing beyond its width.
            var caption = Enumerable.Range(0, 320).Count(x => Enumerable.Range(0, 20).Any(y => Pixel(image, left + x, top + 186 + y).Red > 180));
            Assert.InRange(caption, 40, 320);
        }
        var jpegSheet = _directory.File("sheet.jpg");
        await _reader.WriteContactSheetAsync(jpegs, jpegSheet, default);
        Assert.Equal((image.Width, image.Height), ((await _reader.ReadImageAsync(jpegSheet, default)).Width, (await _reader.ReadImageAsync(jpegSheet, default)).Height));
    }

    [Fact]
    public async Task A_tile_that_is_no_JPEG_spoils_no_sheet_silently()
    {
        var exception = await Assert.ThrowsAsync<ClusterSearchException>(() =>
            _reader.WriteContactSheetAsync([new ContactSheetTile([1, 2, 3], "broken")], _directory.File("sheet.png"), default));
        Assert.Equal(ErrorCodes.RequestInvalid, exception.Code);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    public void Dispose() => _directory.Dispose();

    private async Task RefusedAsync(string path, string code, string words)
    {
        var exception = await Assert.ThrowsAsync<ClusterSearchException>(() => _reader.ReadImageAsync(path, default));
        Assert.Equal(code, exception.Code);
        Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Puts an APP1 segment behind SOI: "Exif\0\0", a big-endian TIFF header, one directory entry.</summary>
    private static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] tiff = [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        var segment = new byte[4 + 6 + tiff.Length];
        segment[0] = 0xFF;
        segment[1] = 0xE1;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(segment.Length - 2));
        "Exif\0\0"u8.CopyTo(segment.AsSpan(4));
        tiff.CopyTo(segment.AsSpan(10));
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];
    }

    private static (int Red, int Green, int Blue) Pixel(RgbImage image, int x, int y)
    {
        var at = (y * image.Width + x) * 3;
        return (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
    }

    private static string BrightCorner(RgbImage image)
    {
        var found = new List<string>();
        foreach (var (name, x, y) in new[] { ("upper left", 3, 3), ("upper right", image.Width - 4, 3), ("lower left", 3, image.Height - 4), ("lower right", image.Width - 4, image.Height - 4) })
            if (Pixel(image, x, y).Green > 128) found.Add(name);
        return Assert.Single(found);
    }

    private static (int Width, int Height) BrightBox(RgbImage image) =>
        (Enumerable.Range(0, image.Width).Count(x => Enumerable.Range(0, image.Height).Any(y => Pixel(image, x, y).Green > 128)),
            Enumerable.Range(0, image.Height).Count(y => Enumerable.Range(0, image.Width).Any(x => Pixel(image, x, y).Green > 128)));

    private static double Difference(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        long sum = 0;
        for (var i = 0; i < one.Length; i++) sum += Math.Abs(one[i] - other[i]);
        return (double)sum / one.Length;
    }
}
