using System.Runtime.InteropServices;
using System.Text.Json;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Canaries;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests;

/// <summary>golden.json of the starter and of the fixtures, which were made by the reference implementations.</summary>
internal static class GoldenFile
{
    public static readonly string[] Fixtures = ["clip-tiny", "openclip-tiny", "siglip-tiny", "siglip2-tiny", "chinese-clip-tiny"];

    public static JsonElement Read(string directory)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "golden.json")));
        return document.RootElement.Clone();
    }

    public static JsonElement Starter() => Read(TestAssets.StarterModel);

    public static RgbImage Draw(JsonElement image) =>
        new PictureFormula(image.GetProperty("formula").GetString()!).Draw(image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32());

    public static long[] Ids(JsonElement text, string property = "input_ids") =>
        [.. text.GetProperty(property).EnumerateArray().Select(id => id.GetInt64())];

    public static float[] Vector(JsonElement element, string property) =>
        MemoryMarshal.Cast<byte, float>(element.GetProperty(property).GetBytesFromBase64()).ToArray();

    public static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }

        return dot / Math.Sqrt(aa * bb);
    }
}
