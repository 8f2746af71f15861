using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Directories;

namespace ClusterSearch.Embedding.Canaries;

/// <summary>
/// canaries.json or golden.json beside a model: texts with their token ids and vectors, pictures by formula with their
/// vectors (base64 of little-endian float32 under "embedding" or "unit"), and "tolerance" as "cosine >= number".
/// </summary>
internal sealed partial class GoldenValues
{
    public sealed record GoldenText(string Text, long[]? TokenIds, float[] Vector);

    public sealed record GoldenPicture(string Name, RgbImage Picture, float[] Vector, IReadOnlyList<GoldenPixel> Pixels);

    /// <param name="Index">Into the prepared numbers.</param>
    public sealed record GoldenPixel(int Index, double Value);

    public required IReadOnlyList<GoldenText> Texts { get; init; }

    public required IReadOnlyList<GoldenPicture> Pictures { get; init; }

    public required double TextCosine { get; init; }

    public required double PictureCosine { get; init; }

    public required double PixelTolerance { get; init; }

    private static readonly string[] s_fileNames = ["canaries.json", "golden.json"];

    public static string? PathIn(string directory) =>
        s_fileNames.Select(name => Path.Combine(directory, name)).FirstOrDefault(File.Exists);

    /// <summary>Only the part that is asked for is drawn and decoded.</summary>
    /// <returns>Null where the model has none.</returns>
    /// <exception cref="FormatException">It has some, and they cannot be understood.</exception>
    public static GoldenValues? Read(string directory, string precision, int width, int height, bool pictures)
    {
        if (PathIn(directory) is not { } path) return null;
        using var file = JsonFile.Read(path);
        try
        {
            var fallback = precision switch { "fp32" => 1 - 1e-5, "fp16" => 1 - 1e-4, _ => 0.98 };
            return new GoldenValues
            {
                Texts = pictures ? [] : [.. Entries(file, "texts").Select(Text)],
                Pictures = pictures ? [.. Entries(file, "images").Select(image => Picture(image, width, height))] : [],
                TextCosine = Stated(CosineLimit(), file.FindText("tolerance", "text")) ?? fallback,
                PictureCosine = Stated(CosineLimit(), file.FindText("tolerance", "image")) ?? fallback,
                PixelTolerance = Stated(PixelLimit(), file.FindText("tolerance", "pixels")) ?? 1e-4,
            };
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>The scale and bias that the model's makers state beside the golden values.</summary>
    /// <returns>Null where they state none.</returns>
    public static LogitLine? Logits(string directory)
    {
        if (PathIn(directory) is not { } path) return null;
        using var file = JsonFile.Read(path);
        return file.FindNumber("logit_scale_exp") is { } scale ? new LogitLine(scale, file.FindNumber("logit_bias")) : null;
    }

    private static JsonElement.ArrayEnumerator Entries(JsonFile file, string name) =>
        file.Find(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default;

    private static GoldenText Text(JsonElement entry) => new(
        entry.GetProperty("text").GetString() ?? "",
        entry.TryGetProperty("input_ids", out var ids) ? [.. ids.EnumerateArray().Select(id => id.GetInt64())] : null,
        Vector(entry));

    private static GoldenPicture Picture(JsonElement entry, int width, int height)
    {
        var formula = new PictureFormula(entry.GetProperty("formula").GetString() ?? "");
        var pixels = new List<GoldenPixel>();
        if (entry.TryGetProperty("pixel_values_at", out var listed))
            foreach (var pixel in listed.EnumerateArray())
            {
                var index = (((pixel.GetProperty("c").GetInt32() * height) + pixel.GetProperty("y").GetInt32()) * width) + pixel.GetProperty("x").GetInt32();
                pixels.Add(new GoldenPixel(index, pixel.GetProperty("value").GetDouble()));
            }

        return new GoldenPicture(
            entry.GetProperty("name").GetString() ?? "",
            formula.Draw(entry.GetProperty("width").GetInt32(), entry.GetProperty("height").GetInt32()),
            Vector(entry), pixels);
    }

    private static float[] Vector(JsonElement entry)
    {
        var packed = entry.TryGetProperty("embedding", out var embedding) ? embedding : entry.GetProperty("unit");
        return MemoryMarshal.Cast<byte, float>(packed.GetBytesFromBase64()).ToArray();
    }

    private static double? Stated(Regex limit, string? text) =>
        text is not null && limit.Match(text) is { Success: true } match ? double.Parse(match.Groups["limit"].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"cosine >= (?<limit>\d+(\.\d+)?)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CosineLimit();

    [GeneratedRegex(@"\((?<limit>\d+(\.\d+)?)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PixelLimit();
}
