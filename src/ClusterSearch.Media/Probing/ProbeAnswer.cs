using System.Globalization;
using System.Text.Json;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Media.Probing;

/// <summary>ffprobe's JSON answer (-show_format -show_streams).</summary>
internal sealed class ProbeAnswer(JsonElement root)
{
    public IReadOnlyList<ProbeStream> Streams { get; } =
        root.TryGetProperty("streams", out var streams) ? [.. streams.EnumerateArray().Select(stream => new ProbeStream(stream))] : [];

    public string Container => Format("format_name") ?? "unknown";

    public int ProbeScore => root.TryGetProperty("format", out var format) && format.TryGetProperty("probe_score", out var score) ? score.GetInt32() : 0;

    public double StartSeconds => Seconds("start_time") ?? 0;

    public double? DurationSeconds => Seconds("duration");

    public IReadOnlyList<TrackFacts> Tracks(string kind) =>
        [.. Streams.Where(stream => stream.Kind == kind).Select(stream =>
            new TrackFacts(stream.Index, stream.Codec, stream.Tag("language") is { } language and not "und" ? language : null, stream.Tag("title")))];

    public DateTimeOffset? CreatedAt(ProbeStream video)
    {
        // Apple's own tag carries the local zone; the container's is UTC.
        foreach (var text in new[] { FormatTag("com.apple.quicktime.creationdate"), FormatTag("creation_time"), video.Tag("creation_time") })
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && IsBelievable(time)) return time;
        return null;
    }

    public string? Timecode(ProbeStream video) =>
        new[] { video.Tag("timecode"), FormatTag("timecode") }.Concat(Streams.Select(stream => stream.Tag("timecode")))
            .FirstOrDefault(text => text is not null && IsTimecode(text));

    /// <summary>Clocks that were never set say 1904 (QuickTime's zero), 1970 (Unix's) or 1980 (FAT's).</summary>
    private static bool IsBelievable(DateTimeOffset time) => time.Year is > 1980 and < 2200;

    private double? Seconds(string name) =>
        double.TryParse(Format(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds) ? seconds : null;

    private string? Format(string name) =>
        root.TryGetProperty("format", out var format) && format.TryGetProperty(name, out var value) ? value.GetString() : null;

    private string? FormatTag(string name) => root.TryGetProperty("format", out var format) ? ProbeStream.Tag(format, name) : null;

    /// <summary>"hh:mm:ss:ff", with ";" or "." before the frame where frames are dropped.</summary>
    private static bool IsTimecode(string text) => text.Length is 11 or 12
        && text.Index().All(at => at.Index switch { 2 or 5 => at.Item == ':', 8 => at.Item is ':' or ';' or '.', _ => char.IsAsciiDigit(at.Item) });
}

/// <summary>One stream of the answer.</summary>
internal sealed class ProbeStream(JsonElement stream)
{
    private static readonly HashSet<string> PictureCodecs = new(StringComparer.Ordinal)
    {
        "png", "mjpeg", "bmp", "gif", "webp", "tiff", "jpegxl", "ppm", "targa",
    };

    public int Index => (int)Number("index")!.Value;

    public string Kind => Text("codec_type") ?? "unknown";

    public string Codec => Text("codec_name") ?? "unknown";

    /// <summary>Cover art, thumbnails, or one picture wrapped as a film.</summary>
    public bool IsStill => Kind == "video" && (Disposition("attached_pic") || Disposition("still_image") || Disposition("timed_thumbnails")
        || (PictureCodecs.Contains(Codec) && Text("nb_frames") == "1"));

    public bool IsVideo => Kind == "video" && !IsStill;

    public Rational PixelAspect =>
        Rational.TryParse(Text("sample_aspect_ratio"), out var aspect) && aspect.Value is >= 0.1 and <= 10 ? aspect : new Rational(1, 1);

    public Rational? FrameRate => Rate("avg_frame_rate") ?? Rate("r_frame_rate");

    /// <summary>The base rate exceeds the average; twice the average is what fields give.</summary>
    public bool VariableFrameRate =>
        Rate("avg_frame_rate") is { } average && Rate("r_frame_rate") is { } real
        && Math.Abs(real.Value / average.Value - 1) > 0.01 && Math.Abs(real.Value / average.Value - 2) > 0.01;

    /// <summary>Clockwise. The display matrix counts the other way round; the old tag "rotate" counts clockwise.</summary>
    public int RotationDegrees
    {
        get
        {
            double clockwise = 0;
            if (double.TryParse(Tag("rotate"), NumberStyles.Float, CultureInfo.InvariantCulture, out var tag)) clockwise = tag;
            if (stream.TryGetProperty("side_data_list", out var list))
                foreach (var side in list.EnumerateArray())
                    if (side.TryGetProperty("rotation", out var rotation) && rotation.ValueKind == JsonValueKind.Number) clockwise = -rotation.GetDouble();
            if (!double.IsFinite(clockwise)) return 0;
            var quarters = (int)(Math.Round(clockwise / 90) % 4);
            return (quarters + 4) % 4 * 90;
        }
    }

    public string? Text(string name) =>
        stream.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;

    /// <summary>Null for "unknown" and the like.</summary>
    public string? Known(string name) => Text(name) is { } text and not ("unknown" or "unspecified" or "reserved") ? text : null;

    public long? Number(string name) => long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public string? Tag(string name) => Tag(stream, name);

    /// <summary>Tags are written in any case, and Matroska's with a language behind them ("DURATION-eng").</summary>
    public static string? Tag(JsonElement element, string name)
    {
        if (!element.TryGetProperty("tags", out var tags)) return null;
        foreach (var tag in tags.EnumerateObject())
            if (tag.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || tag.Name.StartsWith(name + "-", StringComparison.OrdinalIgnoreCase))
                return tag.Value.GetString();
        return null;
    }

    private bool Disposition(string name) =>
        stream.TryGetProperty("disposition", out var all) && all.TryGetProperty(name, out var value) && value.GetInt32() == 1;

    private Rational? Rate(string name) => Rational.TryParse(Text(name), out var rate) && rate.Numerator > 0 ? rate : null;
}
