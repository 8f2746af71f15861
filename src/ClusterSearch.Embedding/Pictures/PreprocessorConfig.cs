using System.Text.Json;
using ClusterSearch.Embedding.Directories;

namespace ClusterSearch.Embedding.Pictures;

/// <summary>preprocessor_config.json, with defaults filled in. What it asks for and cannot be given is refused by name.</summary>
internal sealed record PreprocessorConfig
{
    /// <summary>Shorter side after the resize; null when <see cref="ResizeWidth"/> and <see cref="ResizeHeight"/> hold.</summary>
    public int? ShortestEdge { get; private init; }

    public int ResizeWidth { get; private init; }

    public int ResizeHeight { get; private init; }

    /// <summary>What the model receives, in pixels.</summary>
    public int OutputWidth { get; private init; }

    public int OutputHeight { get; private init; }

    public ResampleFilter Resample { get; private init; }

    /// <summary>Level to number: rescaled in double, then normalised in float32, as the reference does.</summary>
    public double RescaleFactor { get; private init; }

    public float[] Mean { get; private init; } = [];

    public float[] StandardDeviation { get; private init; } = [];

    /// <summary>Steps of other image processors, which change the picture.</summary>
    private static readonly string[] s_otherSteps = ["do_pad", "do_thumbnail", "do_align_long_axis", "do_flip_channel_order"];

    /// <exception cref="Core.ClusterSearchException">model.incomplete, model.broken, model.unsupported.</exception>
    public static PreprocessorConfig Read(string path, PreprocessingDefaults defaults) =>
        JsonFile.Read(path, "a preprocessor_config.json", file => Read(file, defaults));

    private static PreprocessorConfig Read(JsonFile file, PreprocessingDefaults defaults)
    {
        if (!Flag(file, "do_resize", true)) throw file.Unsupported("do_resize", "false; this reader always resizes");
        foreach (var step in s_otherSteps)
            if (Flag(file, step, false)) throw file.Unsupported(step, "true; this step is not known");

        var (shortestEdge, width, height) = Size(file, "size", defaults.Size, defaults.IsShortestEdge);
        var crop = Flag(file, "do_center_crop", defaults.CenterCrop);
        var (outputWidth, outputHeight) = (width, height);
        if (crop) (_, outputWidth, outputHeight) = Size(file, "crop_size", defaults.Size, isShortestEdge: false);
        else if (shortestEdge is not null) throw file.Unsupported("do_center_crop", "false beside a shortest edge, so that pictures would differ in size");
        if ((shortestEdge ?? width) < outputWidth || (shortestEdge ?? height) < outputHeight)
            throw file.Unsupported("crop_size", $"{outputWidth} x {outputHeight}, larger than what the resize leaves");

        return new PreprocessorConfig
        {
            ShortestEdge = shortestEdge,
            ResizeWidth = width,
            ResizeHeight = height,
            OutputWidth = outputWidth,
            OutputHeight = outputHeight,
            Resample = Filter(file, defaults.Resample),
            RescaleFactor = Flag(file, "do_rescale", true) ? Number(file, "rescale_factor", 1.0 / 255) : 1.0,
            Mean = Flag(file, "do_normalize", true) ? Channels(file, "image_mean", defaults.Mean) : [0, 0, 0],
            StandardDeviation = Flag(file, "do_normalize", true) ? Channels(file, "image_std", defaults.StandardDeviation) : [1, 1, 1],
        };
    }

    /// <summary>Size of a picture after the resize, before the crop.</summary>
    public (int Width, int Height) ResizedSize(int width, int height)
    {
        if (ShortestEdge is not { } edge) return (ResizeWidth, ResizeHeight);
        return width <= height
            ? (edge, (int)((long)edge * height / width))
            : ((int)((long)edge * width / height), edge);
    }

    public ResizePlan PlanFor(int width, int height)
    {
        var (resizedWidth, resizedHeight) = ResizedSize(width, height);
        return new ResizePlan(
            ResizeAxis.Create(width, resizedWidth, (resizedWidth - OutputWidth) / 2, OutputWidth, Resample),
            ResizeAxis.Create(height, resizedHeight, (resizedHeight - OutputHeight) / 2, OutputHeight, Resample));
    }

    private static bool Flag(JsonFile file, string name, bool fallback) =>
        file.Find(name) is not { } value ? fallback
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw file.Unsupported(name, "not true or false");

    private static double Number(JsonFile file, string name, double fallback) =>
        file.Find(name) is not { } value ? fallback
        : value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()) ? value.GetDouble()
        : throw file.Unsupported(name, "not a number");

    private static float[] Channels(JsonFile file, string name, float[] fallback)
    {
        if (file.Find(name) is not { } value) return fallback;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 3
            || value.EnumerateArray().Any(number => number.ValueKind != JsonValueKind.Number))
            throw file.Unsupported(name, "not three numbers");
        var numbers = value.EnumerateArray().Select(number => (float)number.GetDouble()).ToArray();
        if (!numbers.All(float.IsFinite)) throw file.Unsupported(name, "beyond what a number holds");
        return name == "image_std" && numbers.Any(number => !(number > 0)) ? throw file.Unsupported(name, "not above zero") : numbers;
    }

    private static ResampleFilter Filter(JsonFile file, ResampleFilter fallback) =>
        file.Find("resample") is not { } value ? fallback
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 1 and <= 3 ? (ResampleFilter)number
        : throw file.Unsupported("resample", $"{value.GetRawText()}; 1 (Lanczos), 2 (bilinear) and 3 (bicubic) are known");

    private static (int? ShortestEdge, int Width, int Height) Size(JsonFile file, string name, int fallback, bool isShortestEdge)
    {
        if (file.Find(name) is not { } value) return isShortestEdge ? (fallback, 0, 0) : (null, fallback, fallback);
        if (value.ValueKind == JsonValueKind.Number && Pixels(value) is { } side)
            return isShortestEdge ? (side, 0, 0) : (null, side, side);
        if (value.ValueKind == JsonValueKind.Object)
        {
            var names = value.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal).ToArray();
            if (names is ["shortest_edge"] && Pixels(value.GetProperty("shortest_edge")) is { } edge)
                return name == "crop_size" ? (null, edge, edge) : (edge, 0, 0);
            if (names is ["height", "width"] && Pixels(value.GetProperty("height")) is { } height && Pixels(value.GetProperty("width")) is { } width)
                return (null, width, height);
        }

        throw file.Unsupported(name, $"{value.GetRawText().ReplaceLineEndings(" ")}; known are a number, shortest_edge, and height with width");
    }

    private static int? Pixels(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var pixels) && pixels is > 0 and <= 4096 ? pixels : null;
}
