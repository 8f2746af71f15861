using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Embedding.Tests.Graphs;

/// <summary>Graphs whose inputs and outputs are named, typed and shaped in other ways than the fixtures': run, or refused clearly.</summary>
public class GraphRoleTests
{
    [Theory]
    [InlineData("input_ids", OnnxWriter.Int64)]
    [InlineData("tokens", OnnxWriter.Int32)]
    public void Names_and_integer_types_do_not_matter(string name, int type)
    {
        using var copy = Model(Text(name, type, mask: "attention_mask"), Vision(OnnxWriter.Float32));
        using var model = Load(copy);
        var ids = model.Texts.Tokenize("a");
        // The graph gives (sum of ids, 1000) and so its direction.
        var sum = (float)ids.Sum();
        RequireDirection([sum, 1000], model.Texts.Encode("a"));
    }

    [Fact]
    public void Half_precision_inputs_and_outputs_are_converted()
    {
        using var copy = Model(Text("input_ids", OnnxWriter.Int64), Vision(OnnxWriter.Float16));
        using var model = Load(copy);
        RequireMeans(model, 2e-3);
    }

    [Fact]
    public void Single_precision_pictures_are_read_where_they_lie()
    {
        using var copy = Model(Text("input_ids", OnnxWriter.Int64), Vision(OnnxWriter.Float32));
        using var model = Load(copy);
        RequireMeans(model, 1e-5);
    }

    [Fact]
    public void A_graph_of_a_fixed_batch_runs_at_it()
    {
        using var copy = Model(Text("input_ids", OnnxWriter.Int64), Vision(OnnxWriter.Float32, batch: 3));
        using var model = Load(copy);
        Assert.Equal(3, model.Images.BatchSize);
        RequireMeans(model, 1e-5);
    }

    [Fact]
    public void A_graph_of_a_fixed_length_gets_padded_texts_and_a_mask()
    {
        using var copy = Model(Text("input_ids", OnnxWriter.Int64, mask: "attention_mask", tokens: 12), Vision(OnnxWriter.Float32));
        using var model = Load(copy);
        var ids = model.Texts.Tokenize("a");
        Assert.Equal(12, ids.Length);
        // The control's padding token is its end token, 613.
        Assert.All(ids[3..], id => Assert.Equal(613, id));
        RequireDirection([ids[..3].Sum(), 1000], model.Texts.Encode("a"));
        Assert.Equal(12, model.Texts.Tokenize(string.Join(' ', Enumerable.Repeat("cat", 40))).Length);
    }

    [Fact]
    public void Open_dimensions_are_filled_in_from_the_other_tower_or_config_json()
    {
        using var copy = Model(Text("input_ids", OnnxWriter.Int64, dimension: -1), Vision(OnnxWriter.Float32, dimension: -1));
        copy.Edit("config.json", config => config["projection_dim"] = 2);
        using var model = Load(copy);
        Assert.Equal(2, model.Facts.Dimension);
        RequireMeans(model, 1e-5);
    }

    [Fact]
    public void The_only_output_of_the_right_shape_is_taken_whatever_its_name()
    {
        using var copy = Model(Text("input_ids", OnnxWriter.Int64, output: "features"), Vision(OnnxWriter.Float32));
        using var model = Load(copy);
        Assert.Equal(2, model.Texts.Encode("a").Length);
    }

    [Fact]
    public void A_pooled_state_is_not_taken_for_a_projected_vector()
    {
        using var copy = Model(Text("input_ids", OnnxWriter.Int64, output: "pooler_output"), Vision(OnnxWriter.Float32));
        RequireRefused(copy, "text_model.onnx has no output text_embeds, only pooler_output");
    }

    [Fact]
    public void Position_ids_are_refused()
    {
        using var copy = Model(Text("input_ids", OnnxWriter.Int64, mask: "position_ids"), Vision(OnnxWriter.Float32));
        RequireRefused(copy, "position_ids", "position ids are not known");
    }

    [Fact]
    public void Two_inputs_that_look_alike_are_refused()
    {
        using var copy = Model(Text("input_ids", OnnxWriter.Int64, mask: "other_ids"), Vision(OnnxWriter.Float32));
        RequireRefused(copy, "other_ids", "input_ids beside it is taken for the same");
    }

    [Fact]
    public void Pictures_as_rows_of_patches_are_refused()
    {
        var patches = new OnnxWriter(13).Input("pixel_values", OnnxWriter.Float32, -1, -1, 768).Output("image_embeds", OnnxWriter.Float32, -1, 2)
            .Node("ReduceMean", ["pixel_values"], "image_embeds", ("axes", new long[] { 1 }));
        using var copy = Model(Text("input_ids", OnnxWriter.Int64), patches);
        RequireRefused(copy, "pixel_values float32[?, ?, 768]", "[batch, 3, height, width] are known");
    }

    [Fact]
    public void A_graph_that_cannot_be_run_is_one_line()
    {
        var broken = new OnnxWriter(13).Input("pixel_values", OnnxWriter.Float32, -1, 3, 32, 32).Output("image_embeds", OnnxWriter.Float32, -1, 2)
            .Node("NoSuchOperator", ["pixel_values"], "image_embeds");
        using var copy = Model(Text("input_ids", OnnxWriter.Int64), broken);
        using var model = Load(copy);
        var fault = Assert.Throws<ClusterSearchException>(() => model.Images.Encode(new float[model.Images.PreparedLength], 1, new float[2], []));
        Assert.Equal(ErrorCodes.ModelBroken, fault.Code);
        Assert.Contains("vision_model.onnx could not be loaded", fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
    }

    /// <summary>[1, tokens] to (sum of the ids that the mask leaves, 1000).</summary>
    private static OnnxWriter Text(string ids, int type, string? mask = null, long tokens = -1, long dimension = 2, string output = "text_embeds")
    {
        var writer = new OnnxWriter(13).Input(ids, type, -1, tokens);
        if (mask is not null) writer.Input(mask, type, -1, tokens).Node("Mul", [ids, mask], "kept");
        return writer.Output(output, OnnxWriter.Float32, -1, dimension)
            .Node("Cast", [mask is null ? ids : "kept"], "numbers", ("to", 1L))
            .Weights("axes", [1], [1L])
            .Node("ReduceSum", ["numbers", "axes"], "sum")
            .Weights("select", [1, 2], [1f, 0f]).Weights("constant", [1, 2], [0f, 1000f])
            .Node("MatMul", ["sum", "select"], "spread")
            .Node("Add", ["spread", "constant"], output);
    }

    /// <summary>[batch, 3, 32, 32] to the means of red and of green.</summary>
    private static OnnxWriter Vision(int type, long batch = -1, long dimension = 2)
    {
        var writer = new OnnxWriter(13).Input("pixel_values", type, batch, 3, -1, -1).Output("image_embeds", type, batch, dimension);
        var numbers = type == OnnxWriter.Float16 ? "single" : "pixel_values";
        if (type == OnnxWriter.Float16) writer.Node("Cast", ["pixel_values"], "single", ("to", 1L));
        writer.Node("ReduceMean", [numbers], "means", ("axes", new long[] { 2, 3 }), ("keepdims", 0L)).Weights("select", [3, 2], [1f, 0f, 0f, 1f, 0f, 0f]);
        if (type == OnnxWriter.Float32) return writer.Node("MatMul", ["means", "select"], "image_embeds");
        return writer.Node("MatMul", ["means", "select"], "rows").Node("Cast", ["rows"], "image_embeds", ("to", 10L));
    }

    private static ModelCopy Model(OnnxWriter text, OnnxWriter vision)
    {
        var copy = new ModelCopy(ModelCopy.Fixture("control"), ModelCopy.Settings);
        text.Save(copy.PathOf("onnx/text_model.onnx"));
        vision.Save(copy.PathOf("onnx/vision_model.onnx"));
        return copy;
    }

    private static IImageTextModel Load(ModelCopy copy) => new ModelLoader().Load(copy.Directory, new ModelOptions());

    private static void RequireMeans(IImageTextModel model, double tolerance)
    {
        List<RgbImage> pictures = [Plain(10, 250), Plain(250, 10), Plain(200, 200), Plain(120, 0), Plain(0, 120)];
        var vectors = Families.FixtureParityTests.Encode(model, pictures);
        var prepared = new float[model.Images.PreparedLength];
        for (var i = 0; i < pictures.Count; i++)
        {
            model.Images.Prepare(pictures[i], prepared);
            RequireDirection([prepared[0], prepared[32 * 32]], vectors[i], tolerance);
        }

        static RgbImage Plain(byte red, byte green) => new(32, 32, [.. Enumerable.Repeat(new[] { red, green, (byte)7 }, 32 * 32).SelectMany(pixel => pixel)]);
    }

    private static void RequireDirection(double[] expected, float[] found, double tolerance = 1e-6)
    {
        var length = Math.Sqrt(expected.Sum(number => number * number));
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i] / length, found[i], tolerance);
    }

    private static void RequireRefused(ModelCopy copy, params string[] named)
    {
        var fault = Assert.Throws<ClusterSearchException>(() => Load(copy));
        Assert.Equal(ErrorCodes.ModelUnsupported, fault.Code);
        Assert.All(named, text => Assert.Contains(text, fault.Message));
        Assert.DoesNotContain('\n', fault.Message);
    }
}
