using System.Globalization;
using System.Text;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Decoding;
using ClusterSearch.Media.Probing;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Pictures;

/// <summary>Still pictures of any kind that ffmpeg decodes. Transparency is dropped, the first picture of an animation is taken.</summary>
internal sealed class PictureReader(FfmpegTools tools)
{
    private const string Kinds = "JPEG, PNG, WebP, BMP, TIFF, GIF or PNM";

    /// <exception cref="ClusterSearchException">footage.not_found, unreadable or empty; request.invalid for what is no picture or a broken one.</exception>
    public async Task<RgbImage> ReadAsync(string path, CancellationToken cancellation)
    {
        FileCheck.Length(path);
        var kind = PictureKind.OfFile(path)
            ?? throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{path}: expected a picture ({Kinds}), found something else");
        List<string> arguments =
        [
            .. FfmpegTools.Quiet, "-noautorotate", "-max_pixels", tools.Options.MaximumPixels.ToString(CultureInfo.InvariantCulture),
            "-protocol_whitelist", "file,pipe", "-f", kind.Demuxer, "-i", "file:" + path, "-frames:v", "1",
            "-vf", $"scale={PictureFilters.ScaleFlags},format=rgb24{ExifOrientation.Filters(ExifOrientation.Of(path))}", "-c:v", "ppm", "-f", "image2pipe", "pipe:1",
        ];
        var run = await ChildRun.ToEndAsync(tools.Options.FfmpegPath, arguments, tools.Limits, tools.Options.MaximumPixels * 3 + 1024, cancellation);
        run.ThrowIfLimitHit(path);
        return Parse(run.Output)
            ?? throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{path}: the {kind.Name} picture cannot be decoded: {run.Errors.Summary}");
    }

    /// <summary>A binary PPM: "P6\n640 480\n255\n" and the pixels.</summary>
    private static RgbImage? Parse(byte[] ppm)
    {
        var fields = Encoding.ASCII.GetString(ppm, 0, Math.Min(ppm.Length, 64)).Split(['\n', ' '], 5);
        if (fields is not ["P6", var widthText, var heightText, "255", _]
            || !int.TryParse(widthText, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            || !int.TryParse(heightText, NumberStyles.None, CultureInfo.InvariantCulture, out var height)) return null;
        var pixels = ppm.AsSpan(Encoding.ASCII.GetByteCount($"P6\n{widthText} {heightText}\n255\n"));
        return pixels.Length == (long)width * height * 3 ? new RgbImage(width, height, pixels.ToArray()) : null;
    }
}
