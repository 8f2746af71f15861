using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Ranking;
using ClusterSearch.Embedding.Tests.Graphs;

namespace ClusterSearch.Embedding.Tests.Calibration;

/// <summary>Scale and bias, wherever they can be had.</summary>
public class LogitTests
{
    private static readonly string[] s_split = ["onnx/text_model.onnx", "onnx/vision_model.onnx"];

    [Theory]
    [InlineData("siglip-tiny", 12.1824932, -2.0, "")]
    [InlineData("siglip-tiny", 12.1824932, -2.0, "onnx/text_model.onnx,onnx/vision_model.onnx")]
    [InlineData("siglip2-tiny", 112.668846, -16.771725, "onnx/text_model.onnx,onnx/vision_model.onnx")]
    [InlineData("clip-tiny", 100.0, null, "")]
    [InlineData("chinese-clip-tiny", 50.0, null, "")]
    public void A_combined_graph_tells_them_to_a_millionth(string fixture, double scale, double? bias, string beside)
    {
        // No golden.json: only the graph can tell.
        using var copy = new ModelCopy(ModelCopy.Fixture(fixture), [.. ModelCopy.Settings, "onnx/model.onnx", .. beside.Split(',')]);
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
        Assert.Equal(scale, model.Facts.LogitScale!.Value, scale * 1e-6);
        if (bias is { } offset) Assert.Equal(offset, model.Facts.LogitBias!.Value, Math.Abs(offset) * 1e-6);
        else Assert.Null(model.Facts.LogitBias);
    }

    [Theory]
    [InlineData("_quantized", 1e-5)]
    [InlineData("_fp16", 1e-2)] // its logits are half precision too
    public void A_combined_graph_of_lower_precision_tells_them_as_well_as_it_can(string suffix, double tolerance)
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("siglip-tiny"), [.. ModelCopy.Settings, $"onnx/model{suffix}.onnx"]);
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
        Assert.Equal(12.1824932, model.Facts.LogitScale!.Value, 12.18 * tolerance);
        Assert.Equal(-2, model.Facts.LogitBias!.Value, 2 * tolerance);
    }

    [Fact]
    public void Split_graphs_alone_tell_nothing()
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("siglip-tiny"), [.. ModelCopy.Settings, .. s_split]);
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
        Assert.Null(model.Facts.LogitScale);
        Assert.Null(model.Facts.LogitBias);
    }

    [Fact]
    public void What_stands_beside_golden_values_is_taken_without_running_anything()
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("siglip-tiny"), [.. ModelCopy.Settings, .. s_split]);
        File.WriteAllText(copy.PathOf("canaries.json"), """{"logit_scale_exp": 117.330795, "logit_bias": -12.932437}""");
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
        Assert.Equal((117.330795, -12.932437), (model.Facts.LogitScale, model.Facts.LogitBias));
    }

    [Fact]
    public void A_measured_line_is_remembered_and_not_measured_again()
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("siglip-tiny"), [.. ModelCopy.Settings, "onnx/model.onnx"]);
        var options = new ModelOptions { CacheDirectory = copy.PathOf("cache") };
        using (var model = new ModelLoader().Load(copy.Directory, options)) Assert.Equal(12.18, model.Facts.LogitScale!.Value, 0.01);
        var memo = Assert.Single(Directory.GetFiles(copy.PathOf("cache/logits")));
        File.WriteAllText(memo, "1.5 none");
        using (var model = new ModelLoader().Load(copy.Directory, options)) Assert.Equal((1.5, (double?)null), (model.Facts.LogitScale, model.Facts.LogitBias));
        File.WriteAllText(memo, "nonsense");
        using (var model = new ModelLoader().Load(copy.Directory, options)) Assert.Equal(-2, model.Facts.LogitBias!.Value, 1e-5);
    }

    [Fact]
    public void A_broken_graph_beside_the_ones_in_use_is_no_fault()
    {
        using var copy = new ModelCopy(ModelCopy.Fixture("siglip-tiny"), [.. ModelCopy.Settings, .. s_split]);
        File.WriteAllText(copy.PathOf("onnx/model.onnx"), "not a graph");
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
        Assert.Null(model.Facts.LogitScale);
        Assert.Equal(48, model.Texts.Encode("a dog").Length);
    }

    [Fact]
    public void Logits_that_are_no_line_tell_nothing()
    {
        // Logits are the cosine squared.
        using var copy = new ModelCopy(ModelCopy.Fixture("control"), ModelCopy.Settings);
        copy.Edit("config.json", config => config["model_type"] = "clip");
        new OnnxWriter(13)
            .Input("input_ids", OnnxWriter.Int64, -1, -1).Input("pixel_values", OnnxWriter.Float32, -1, 3, 32, 32)
            .Output("text_embeds", OnnxWriter.Float32, -1, 3).Output("image_embeds", OnnxWriter.Float32, -1, 3).Output("logits_per_image", OnnxWriter.Float32, -1, -1)
            .Node("Cast", ["input_ids"], "numbers", ("to", 1L)).Node("ReduceMean", ["numbers"], "mean", ("axes", new long[] { 1 }))
            .Weights("ones", [1, 3], [0.001f, 0f, 0f]).Weights("shift", [1, 3], [0f, 1f, 1f]).Node("MatMul", ["mean", "ones"], "scaled").Node("Add", ["scaled", "shift"], "text")
            .Node("LpNormalization", ["text"], "text_embeds", ("axis", 1L))
            .Node("ReduceMean", ["pixel_values"], "image", ("axes", new long[] { 2, 3 }), ("keepdims", 0L)).Node("LpNormalization", ["image"], "image_embeds", ("axis", 1L))
            .Node("Transpose", ["text_embeds"], "transposed").Node("MatMul", ["image_embeds", "transposed"], "cosines").Node("Mul", ["cosines", "cosines"], "squares")
            .Weights("hundred", [1], [100f]).Node("Mul", ["squares", "hundred"], "logits_per_image")
            .Save(copy.PathOf("onnx/model.onnx"));
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
        Assert.Equal(3, model.Texts.Encode("a dog").Length);
        Assert.Null(model.Facts.LogitScale);
    }

    [Fact]
    public void A_scale_without_a_bias_is_no_relevance()
    {
        using var model = new ModelLoader().Load(ModelCopy.Fixture("clip-tiny"), new ModelOptions());
        Assert.Equal((100.0, (double?)null), (model.Facts.LogitScale, model.Facts.LogitBias));
        Assert.Null(Relevance.Of(0.3f, model.Facts.LogitScale, model.Facts.LogitBias));
    }
}
