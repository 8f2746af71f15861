using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Embedding.Tests.Families;

/// <summary>Every family's fixture, through the loader, against the reference's ids, vectors and logits.</summary>
public class FixtureParityTests
{
    [Theory]
    [InlineData("clip-tiny", "clip", 40)]
    [InlineData("openclip-tiny", "clip", 40)]
    [InlineData("siglip-tiny", "siglip", 48)]
    [InlineData("siglip2-tiny", "siglip", 48)]
    [InlineData("chinese-clip-tiny", "chinese_clip", 40)]
    public void Everything_equals_the_reference(string fixture, string family, int dimension)
    {
        using var model = Load(ModelCopy.Fixture(fixture));
        Assert.Equal((family, "fp32", dimension, 224, 224), (model.Facts.Family, model.Facts.Precision, model.Facts.Dimension, model.Facts.ImageWidth, model.Facts.ImageHeight));
        Assert.Equal(0, model.Images.LabelsPerImage);
        RequireParity(model, fixture, 1 - 1e-6, 1e-5);
        Assert.All(model.Check(ModelTowers.Both, force: true, CancellationToken.None), result => Assert.True(result.Ok, $"{result.Name}: {result.Reason}"));
    }

    [Theory]
    [InlineData("clip-tiny", "onnx/model.onnx")]
    [InlineData("openclip-tiny", "onnx/model.onnx,onnx/model.onnx_data")]
    [InlineData("siglip-tiny", "onnx/model.onnx")]
    [InlineData("siglip2-tiny", "onnx/model.onnx")]
    public void A_combined_graph_gives_the_same_as_the_two(string fixture, string graphs)
    {
        using var copy = new ModelCopy(ModelCopy.Fixture(fixture), [.. ModelCopy.Settings, .. graphs.Split(',')]);
        using var model = Load(copy.Directory);
        RequireParity(model, fixture, 1 - 1e-6, 1e-5);
    }

    [Fact]
    public void Graphs_beside_config_json_are_found_too()
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("clip-tiny"), [.. ModelCopy.Settings, "onnx/text_model.onnx", "onnx/vision_model.onnx"]);
        foreach (var name in new[] { "text_model.onnx", "vision_model.onnx" }) File.Move(copy.PathOf($"onnx/{name}"), copy.PathOf(name));
        using var model = Load(copy.Directory);
        RequireParity(model, "clip-tiny", 1 - 1e-6, 1e-5);
    }

    [Fact]
    public void Chinese_CLIPs_own_export_runs_one_by_one_at_its_fixed_length()
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("chinese-clip-tiny"), [.. ModelCopy.Settings, "onnx-own-export/vit-tiny.img.fp32.onnx", "onnx-own-export/vit-tiny.txt.fp32.onnx"]);
        Directory.Move(copy.PathOf("onnx-own-export"), copy.PathOf("onnx"));
        using var model = Load(copy.Directory);
        Assert.Equal(1, model.Images.BatchSize);
        Assert.Equal(52, model.Texts.Tokenize("猫").Length);
        RequireParity(model, "chinese-clip-tiny", 1 - 1e-6, 1e-5, idsArePadded: true);
    }

    [Theory]
    [InlineData("fp16", 1e-4, false)]
    [InlineData("fp16", 1e-4, true)]
    [InlineData("quantized", 0.02, false)]
    [InlineData("quantized", 0.02, true)]
    public void A_precision_variant_is_as_near_as_the_fixture_states(string precision, double distance, bool isCombined)
    {
        var suffix = "_" + precision;
        string[] graphs = isCombined ? [$"onnx/model{suffix}.onnx"] : [$"onnx/text_model{suffix}.onnx", $"onnx/vision_model{suffix}.onnx"];
        using var copy = new ModelCopy(ModelCopy.Fixture("siglip-tiny"), [.. ModelCopy.Settings, .. graphs]);
        using var model = Load(copy.Directory, precision);
        // Dynamic quantisation scales over the batch: one picture a run.
        Assert.Equal(precision == "quantized" ? 1 : 8, model.Images.BatchSize);
        RequireParity(model, "siglip-tiny", 1 - distance, Math.Sqrt(2 * distance));
    }

    [Theory]
    [InlineData("siglip-tiny")]
    [InlineData("siglip2-tiny")]
    [InlineData("clip-tiny")]
    [InlineData("chinese-clip-tiny")]
    public void Logits_and_probabilities_follow_from_cosine_scale_and_bias(string fixture)
    {
        using var model = Load(ModelCopy.Fixture(fixture));
        var golden = GoldenFile.Read(model.Facts.Directory);
        var pictures = golden.GetProperty("images").EnumerateArray().Select(image => Encode(model, [GoldenFile.Draw(image)])[0]).ToList();
        var logits = golden.GetProperty("logits_per_text").EnumerateArray().ToList();
        var texts = golden.GetProperty("texts").EnumerateArray().ToList();
        for (var t = 0; t < texts.Count; t += 5)
        {
            var text = model.Texts.Encode(texts[t].GetProperty("text").GetString()!);
            for (var p = 0; p < pictures.Count; p++)
            {
                var logit = (model.Facts.LogitScale!.Value * GoldenFile.Cosine(text, pictures[p])) + (model.Facts.LogitBias ?? 0);
                Assert.Equal(logits[t][p].GetDouble(), logit, 1e-3);
                if (golden.TryGetProperty("probabilities_per_text", out var probabilities)) Assert.Equal(probabilities[t][p].GetDouble(), 1 / (1 + Math.Exp(-logit)), 1e-3);
            }
        }
    }

    [Fact]
    public void A_picture_has_the_same_bits_whatever_its_neighbours()
    {
        using var model = Load(ModelCopy.Fixture("siglip-tiny"));
        var pictures = GoldenFile.Read(model.Facts.Directory).GetProperty("images").EnumerateArray().Select(GoldenFile.Draw).ToList();
        var together = Encode(model, pictures);
        for (var i = 0; i < pictures.Count; i++) Assert.Equal(together[i], Encode(model, [pictures[i]])[0]);
    }

    private static IImageTextModel Load(string directory, string? precision = null) => new ModelLoader().Load(directory, new ModelOptions { Precision = precision });

    private static void RequireParity(IImageTextModel model, string fixture, double cosine, double component, bool idsArePadded = false)
    {
        var golden = GoldenFile.Read(ModelCopy.Fixture(fixture));
        foreach (var sample in golden.GetProperty("texts").EnumerateArray())
        {
            var name = sample.GetProperty("name").GetString();
            var text = sample.GetProperty("text").GetString()!;
            var (expectedIds, ids) = (GoldenFile.Ids(sample), model.Texts.Tokenize(text));
            if (idsArePadded) expectedIds = [.. expectedIds, .. new long[52 - expectedIds.Length]];
            Assert.True(expectedIds.SequenceEqual(ids), $"{name}: expected {string.Join(' ', expectedIds)}, found {string.Join(' ', ids)}");
            Compare(GoldenFile.Vector(sample, "unit"), model.Texts.Encode(text), cosine, component, name);
        }

        var images = golden.GetProperty("images").EnumerateArray().ToList();
        var vectors = Encode(model, [.. images.Select(GoldenFile.Draw)]);
        for (var i = 0; i < images.Count; i++) Compare(GoldenFile.Vector(images[i], "unit"), vectors[i], cosine, component, images[i].GetProperty("name").GetString());
    }

    private static void Compare(float[] expected, float[] found, double cosine, double component, string? name)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.True(GoldenFile.Cosine(expected, found) >= cosine, $"{name}: cosine {GoldenFile.Cosine(expected, found):R}");
        for (var i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - found[i]) <= component, $"{name}: {found[i]} at {i}, expected {expected[i]}");
    }

    internal static List<float[]> Encode(IImageTextModel model, List<Core.Footage.RgbImage> pictures)
    {
        var (images, dimension) = (model.Images, model.Facts.Dimension);
        var vectors = new List<float[]>();
        foreach (var batch in pictures.Chunk(images.BatchSize))
        {
            var prepared = new float[batch.Length * images.PreparedLength];
            for (var i = 0; i < batch.Length; i++) images.Prepare(batch[i], prepared.AsSpan(i * images.PreparedLength, images.PreparedLength));
            var encoded = new float[batch.Length * dimension];
            images.Encode(prepared, batch.Length, encoded, new LabelScore[batch.Length * images.LabelsPerImage]);
            vectors.AddRange(encoded.Chunk(dimension));
        }

        return vectors;
    }
}
