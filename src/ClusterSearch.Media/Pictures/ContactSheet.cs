using System.Globalization;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Decoding;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Pictures;

/// <summary>Pictures side by side on a dark ground, each whole in a frame of the same size, its caption below it.</summary>
internal sealed class ContactSheet(FfmpegTools tools)
{
    private const int TileWidth = 320;
    private const int TileHeight = 180;
    private const int Margin = 24;
    private const int Gap = 20;
    private const int CaptionGap = 6;
    private const int MaximumColumns = 5;
    private const int MaximumTiles = 500;
    private const byte Ground = 24;
    private const string LetterboxColour = "0x0c0c0c";
    private static readonly (byte Red, byte Green, byte Blue) TextColour = (222, 222, 222);

    public async Task WriteAsync(IReadOnlyList<ContactSheetTile> tiles, string outputPath, CancellationToken cancellation)
    {
        if (tiles.Count is 0 or > MaximumTiles) throw new ArgumentException($"a contact sheet holds 1 to {MaximumTiles} tiles, found {tiles.Count}", nameof(tiles));
        string[] encoder = Path.GetExtension(outputPath).ToUpperInvariant() switch
        {
            ".JPG" or ".JPEG" => ["-vf", PictureFilters.ToJpeg, "-c:v", "mjpeg", "-q:v", "2"],
            ".PNG" => ["-c:v", "png"],
            var other => throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{outputPath}: a contact sheet is a .jpg or a .png, found '{other}'"),
        };
        using var output = new OutputFile(outputPath);
        var pictures = await DecodeAsync(tiles, outputPath, cancellation);
        var (sheet, width, height) = Compose(tiles, pictures);
        var run = await ChildRun.ToEndAsync(tools.Options.FfmpegPath,
            ["-hide_banner", "-loglevel", "repeat+error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", Size(width, height), "-i", "pipe:0",
                "-frames:v", "1", .. encoder, "-f", "image2", "-update", "1", "file:" + output.TemporaryPath],
            tools.Limits, 1 << 20, cancellation, sheet);
        run.ThrowIfLimitHit(outputPath);
        output.Commit(run.Errors, run.Exit);
    }

    /// <summary>Rows as even as the number of tiles allows.</summary>
    internal static int Columns(int tileCount) => tileCount <= MaximumColumns ? Math.Max(1, tileCount <= 3 ? tileCount : (tileCount + 1) / 2)
        : Math.Min(MaximumColumns, (int)Math.Ceiling(Math.Sqrt(tileCount)));

    /// <returns>All tiles' RGB, one after another, letterboxed.</returns>
    private async Task<byte[]> DecodeAsync(IReadOnlyList<ContactSheetTile> tiles, string outputPath, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        foreach (var tile in tiles) all.Write(tile.Jpeg);
        var filters = string.Create(CultureInfo.InvariantCulture,
            $"scale={TileWidth}:{TileHeight}:force_original_aspect_ratio=decrease:flags=area+accurate_rnd+full_chroma_int+full_chroma_inp,format=rgb24,pad={TileWidth}:{TileHeight}:-1:-1:{LetterboxColour}");
        var run = await ChildRun.ToEndAsync(tools.Options.FfmpegPath,
            ["-hide_banner", "-loglevel", "repeat+error", "-f", "jpeg_pipe", "-i", "pipe:0", "-vf", filters,
                .. FfmpegTools.Passthrough(await tools.DescribeAsync(cancellation)), "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"],
            tools.Limits, (long)tiles.Count * TileWidth * TileHeight * 3 + 1, cancellation, all.ToArray());
        run.ThrowIfLimitHit(outputPath);
        if (run.Output.Length != tiles.Count * TileWidth * TileHeight * 3)
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                $"{outputPath}: {tiles.Count} JPEG tiles were expected, {run.Output.Length / (TileWidth * TileHeight * 3)} could be decoded: {run.Errors.Summary}");
        return run.Output;
    }

    private static (byte[] Pixels, int Width, int Height) Compose(IReadOnlyList<ContactSheetTile> tiles, byte[] pictures)
    {
        var font = CaptionFont.Instance;
        var columns = Columns(tiles.Count);
        var rows = (tiles.Count + columns - 1) / columns;
        var rowHeight = TileHeight + CaptionGap + font.Height;
        var width = 2 * Margin + columns * TileWidth + (columns - 1) * Gap;
        var height = 2 * Margin + rows * rowHeight + (rows - 1) * Gap;
        var sheet = new byte[width * height * 3];
        sheet.AsSpan().Fill(Ground);
        for (var i = 0; i < tiles.Count; i++)
        {
            var left = Margin + i % columns * (TileWidth + Gap);
            var top = Margin + i / columns * (rowHeight + Gap);
            for (var y = 0; y < TileHeight; y++)
                pictures.AsSpan((i * TileHeight + y) * TileWidth * 3, TileWidth * 3).CopyTo(sheet.AsSpan(((top + y) * width + left) * 3));
            font.Draw(sheet, width, left, top + TileHeight + CaptionGap, font.Fit(tiles[i].Caption, TileWidth), TextColour);
        }
        return (sheet, width, height);
    }

    private static string Size(int width, int height) => string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
}
