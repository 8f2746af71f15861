using System.Globalization;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Media.Decoding;

/// <summary>Filters that turn a decoded frame into the picture that a player shows.</summary>
internal static class PictureFilters
{
    /// <summary>Exact on every machine and at every number of threads; chroma at full resolution on the way to RGB.</summary>
    public const string ScaleFlags = "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact";

    /// <summary>From packed RGB to what JPEG holds: full range, BT.601.</summary>
    public const string ToJpeg = "scale=out_color_matrix=bt601:out_range=pc:flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact,format=yuvj420p";

    private const int HighDefinitionLines = 720;

    public static readonly string[] ToneMappers = ["zscale", "tonemap"];

    /// <summary>PQ and HLG.</summary>
    public static bool IsHighDynamicRange(VideoFacts facts) => facts.ColorTransfer is "smpte2084" or "arib-std-b67";

    /// <summary>
    /// For each decoded frame, before any is picked. Deinterlacing needs a frame's neighbours; it touches only frames that are
    /// marked as interlaced and keeps their times.
    /// </summary>
    public static string PerFrame(VideoFacts facts)
    {
        var timeBase = $"settb={facts.TimeBase}";
        return facts.Interlaced ? $"{timeBase},bwdif=mode=send_frame:deint=interlaced,{timeBase}" : timeBase;
    }

    /// <summary>Size of the picture that is delivered.</summary>
    public static (int Width, int Height) Size(VideoFacts facts, ResizeMode resize, int fastShortestEdge)
    {
        if (resize == ResizeMode.Exact) return (facts.Width, facts.Height);
        return facts.Width <= facts.Height
            ? (fastShortestEdge, (int)((long)fastShortestEdge * facts.Height / facts.Width))
            : ((int)((long)fastShortestEdge * facts.Width / facts.Height), fastShortestEdge);
    }

    /// <summary>
    /// For each picked frame: colours, size, then rotation, ending in packed RGB. Scaling comes first because that filter alone
    /// follows a stream that changes its size on the way.
    /// </summary>
    /// <param name="toneMap">Whether this ffmpeg has <see cref="ToneMappers"/>; without them HDR looks pale.</param>
    public static string ToRgb(VideoFacts facts, int width, int height, bool toneMap)
    {
        var turned = facts.RotationDegrees is 90 or 270;
        var (scaledWidth, scaledHeight) = turned ? (height, width) : (width, height);
        var hdr = IsHighDynamicRange(facts) && toneMap;
        var scale = string.Create(CultureInfo.InvariantCulture, $"scale={scaledWidth}:{scaledHeight}:{ScaleFlags}")
            + (hdr ? string.Empty : InputMatrix(facts));
        return (hdr ? ToneMapping(facts) + "," : string.Empty) + scale + ",format=rgb24" + Turn(facts);
    }

    /// <summary>For a clip, whose frames are upright already: square pixels, even sides, 8 bits, as browsers play it.</summary>
    public static string ToVideo(VideoFacts facts, bool toneMap)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"scale={Even(facts.Width)}:{Even(facts.Height)}:{ScaleFlags}");
        var colours = IsHighDynamicRange(facts) && toneMap ? ToneMapping(facts) + "," + size + ":out_color_matrix=bt709" : size;
        return colours + ",setsar=1,format=yuv420p";
    }

    private static int Even(int side) => Math.Max(2, side & ~1);

    private static string Turn(VideoFacts facts) => facts.RotationDegrees switch
    {
        90 => ",transpose=clock",
        180 => ",hflip,vflip",
        270 => ",transpose=cclock",
        _ => string.Empty,
    };

    private static string InputMatrix(VideoFacts facts) => facts.ColorSpace is not null ? string.Empty
        : facts.CodedHeight >= HighDefinitionLines ? ":in_color_matrix=bt709" : ":in_color_matrix=bt601";

    private static string ToneMapping(VideoFacts facts) =>
        $"zscale=tin={facts.ColorTransfer}:pin={facts.ColorPrimaries ?? "bt2020"}:min={facts.ColorSpace ?? "bt2020nc"}:t=linear:npl=100,format=gbrpf32le,"
        + "zscale=p=bt709,tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=gbr:r=pc,format=gbrp";
}
