using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests.Graphs;

public class OnnxFileTests
{
    [Fact]
    public void Inputs_and_outputs_are_read_without_the_runtime()
    {
        var vision = OnnxFile.Read(Path.Combine(TestAssets.StarterModel, "onnx", "vision_model_quantized.onnx"));
        Assert.Equal("pixel_values float32[?, 3, 260, 260]", Assert.Single(vision.Inputs).ToString());
        Assert.Equal(["image_embeds float32[?, 512]", "concept_scores float32[?, 1000]"], vision.Outputs.Select(output => output.ToString()));
        Assert.Contains("QuantizeLinear", vision.Operators);
        Assert.False(vision.ScalesOverTheBatch);
        Assert.Empty(vision.ExternalFiles);
    }

    [Fact]
    public void Dynamic_quantisation_is_seen()
    {
        var path = Path.Combine(TestAssets.ModelFixture("siglip-tiny"), "onnx", "vision_model_quantized.onnx");
        Assert.SkipWhen(TestAssets.Missing(path) is not null, TestAssets.Missing(path) ?? "");
        Assert.True(OnnxFile.Read(path).ScalesOverTheBatch);
        Assert.False(OnnxFile.Read(path.Replace("_quantized", "")).ScalesOverTheBatch);
    }

    [Fact]
    public void Weights_beside_a_graph_are_named()
    {
        var path = Path.Combine(TestAssets.ModelFixture("openclip-tiny"), "onnx", "model.onnx");
        Assert.SkipWhen(TestAssets.Missing(path) is not null, TestAssets.Missing(path) ?? "");
        Assert.Equal(["model.onnx_data"], OnnxFile.Read(path).ExternalFiles);
    }

    [Fact]
    public void Weights_that_are_not_beside_their_graph_are_missed_when_loading()
    {
        var source = TestAssets.ModelFixture("openclip-tiny");
        Assert.SkipWhen(TestAssets.Missing(source) is not null, TestAssets.Missing(source) ?? "");
        using var temporary = new TemporaryDirectory();
        Directory.CreateDirectory(temporary.File("onnx"));
        foreach (var name in new[] { "config.json", "preprocessor_config.json", "tokenizer.json" }) File.Copy(Path.Combine(source, name), temporary.File(name));
        // Any graph with weights outside will do.
        File.Copy(Path.Combine(source, "onnx", "model.onnx"), temporary.File("onnx/text_model.onnx"));
        File.Copy(Path.Combine(source, "onnx", "model.onnx"), temporary.File("onnx/vision_model.onnx"));
        var fault = Assert.Throws<ClusterSearchException>(() => new ModelLoader().Load(temporary.Path, new ModelOptions()));
        Assert.Equal(ErrorCodes.ModelIncomplete, fault.Code);
        Assert.Contains("model.onnx_data", fault.Message);
    }

    [Fact]
    public void Every_cut_of_a_graph_is_noticed_or_harmless()
    {
        var path = Path.Combine(TestAssets.ModelFixture("bad/control"), "onnx", "vision_model.onnx");
        Assert.SkipWhen(TestAssets.Missing(path) is not null, TestAssets.Missing(path) ?? "");
        var bytes = File.ReadAllBytes(path);
        using var temporary = new TemporaryDirectory();
        var cut = temporary.File("cut.onnx");
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            // The last bytes are the operator set's version, which the runtime itself asks for.
            var length = random.Next(1, bytes.Length - 64);
            File.WriteAllBytes(cut, bytes[..length]);
            Assert.Equal(ErrorCodes.ModelBroken, Assert.Throws<ClusterSearchException>(() => OnnxFile.Read(cut)).Code);
        }
    }

    [Fact]
    public void Noise_is_no_graph()
    {
        using var temporary = new TemporaryDirectory();
        var noise = temporary.File("noise.onnx");
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(1, 4000)];
            random.NextBytes(bytes);
            File.WriteAllBytes(noise, bytes);
            Assert.Equal(ErrorCodes.ModelBroken, Assert.Throws<ClusterSearchException>(() => OnnxFile.Read(noise)).Code);
        }
    }

    [Fact]
    public void Branches_nested_without_end_are_refused_before_the_stack_is_full()
    {
        // node { attribute { graph { node { … } } } }, each wrapped in the next.
        byte[] message = [];
        for (var depth = 0; depth < 2_000; depth++) message = Wrap(1, Wrap(5, Wrap(6, message)));
        using var temporary = new TemporaryDirectory();
        File.WriteAllBytes(temporary.File("deep.onnx"), Wrap(7, message));
        var fault = Assert.Throws<ClusterSearchException>(() => OnnxFile.Read(temporary.File("deep.onnx")));
        Assert.Equal(ErrorCodes.ModelBroken, fault.Code);
        Assert.Contains("nested", fault.Message);

        static byte[] Wrap(int field, byte[] content)
        {
            var length = new List<byte>();
            var rest = content.Length;
            for (; rest >= 128; rest >>= 7) length.Add((byte)(rest | 128));
            length.Add((byte)rest);
            return [(byte)((field << 3) | 2), .. length, .. content];
        }
    }
}
