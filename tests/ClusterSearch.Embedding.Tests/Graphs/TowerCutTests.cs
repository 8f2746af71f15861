using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Embedding.Canaries;
using ClusterSearch.Embedding.Directories;
using ClusterSearch.Embedding.Families;
using ClusterSearch.Embedding.Graphs;
using ClusterSearch.Embedding.Pictures;
using ClusterSearch.Embedding.Tokenization;

namespace ClusterSearch.Embedding.Tests.Graphs;

/// <summary>Towers cut out of combined graphs.</summary>
public class TowerCutTests
{
    private static readonly string[] s_texts = ["a dog", "red car at night", "", "生活的真谛是", "1, 2, 3 !"];

    [Theory]
    [InlineData("clip-tiny", "fp32", "onnx/model.onnx")]
    [InlineData("openclip-tiny", "fp32", "onnx/model.onnx,onnx/model.onnx_data")]
    [InlineData("siglip-tiny", "fp32", "onnx/model.onnx")]
    [InlineData("siglip-tiny", "fp16", "onnx/model_fp16.onnx")]
    [InlineData("siglip-tiny", "quantized", "onnx/model_quantized.onnx")]
    [InlineData("siglip2-tiny", "fp32", "onnx/model.onnx")]
    [InlineData("chinese-clip-tiny", "fp32", "onnx/model.onnx")]
    public void A_tower_gives_the_bits_that_the_whole_graph_gives(string fixture, string precision, string graphs)
    {
        using var copy = new ModelCopy(ModelCopy.Fixture(fixture), [.. ModelCopy.Settings, .. graphs.Split(',')]);
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions { Precision = precision, IntraOpThreads = 1 });
        using var whole = new WholeGraph(copy, graphs.Split(',')[0], model);
        foreach (var text in s_texts) Assert.Equal(whole.Texts.Encode(text), model.Texts.Encode(text));

        var count = Math.Min(3, model.Images.BatchSize);
        var prepared = new float[count * model.Images.PreparedLength];
        for (var i = 0; i < count; i++) model.Images.Prepare(CanaryPictures.All[i], prepared.AsSpan(i * model.Images.PreparedLength, model.Images.PreparedLength));
        var (expected, found) = (new float[count * model.Facts.Dimension], new float[count * model.Facts.Dimension]);
        whole.Images.Encode(prepared, count, expected, []);
        model.Images.Encode(prepared, count, found, []);
        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData("clip-tiny", "text_embeds", "input_ids,attention_mask")]
    [InlineData("clip-tiny", "image_embeds", "pixel_values")]
    [InlineData("siglip-tiny", "text_embeds", "input_ids")]
    [InlineData("siglip-tiny", "logits_per_image", "input_ids,pixel_values")]
    public void A_tower_wants_its_own_inputs_alone(string fixture, string output, string inputs)
    {
        var path = Path.Combine(ModelCopy.Fixture(fixture), "onnx", "model.onnx");
        Assert.Equal(inputs.Split(',').Order(StringComparer.Ordinal), TowerCut.InputsOf(path, [output])!.Order(StringComparer.Ordinal));
        // A tower is about half of the whole.
        if (!inputs.Contains("pixel_values", StringComparison.Ordinal)) Assert.InRange(TowerCut.Make(path, [output]).Length, 1000, new FileInfo(path).Length * 3 / 4);
    }

    [Fact]
    public void Neither_tower_runs_the_other()
    {
        // Each tower ends at a Gather beyond its table for what the other one's dummy would be: run, it fails.
        using var copy = Model(graph => graph);
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
        Assert.Equal(2, model.Texts.Encode("a dog").Length);
        var picture = new float[model.Images.PreparedLength];
        model.Images.Prepare(new RgbImage(32, 32, [.. Enumerable.Repeat((byte)250, 32 * 32 * 3)]), picture);
        var vector = new float[2];
        model.Images.Encode(picture, 1, vector, []);
        Assert.InRange(vector[0], 0.1f, 1f);
        // The whole graph, given a blank picture beside the text, does not run.
        var whole = GraphFile.Open(copy.PathOf("onnx/model.onnx"));
        using var session = new GraphSession(whole.File, ExecutionSettings.OnProcessor(1), ModelTowers.Both);
        using var blank = new NumberTensor(OnnxTensor.Float32, [1, 3, 32, 32]);
        using var ids = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory(new long[] { 1, 2 }, [1, 2]);
        using var output = new NumberTensor(OnnxTensor.Float32, [1, 2]);
        Assert.Equal(ErrorCodes.ModelBroken, Assert.Throws<ClusterSearchException>(() =>
            session.Run(["input_ids", "pixel_values"], [ids, blank.Value], ["text_embeds"], [output.Value])).Code);
    }

    [Fact]
    public void Branches_take_what_they_read_around_them_along()
    {
        // The text's sum is multiplied by ten within a branch; ten lies outside of it.
        using var copy = Model(graph => graph
            .Weights("ten", [1], [10f]).Weights("zero", [1], [0f])
            .Node("Greater", ["sum", "zero"], "positive").Node("Squeeze", ["positive"], "condition")
            .Node("If", ["condition"], "branched",
                ("then_branch", new OnnxWriter(13).Output("then", OnnxWriter.Float32, 1, 1).Node("Mul", ["sum", "ten"], "then")),
                ("else_branch", new OnnxWriter(13).Output("else", OnnxWriter.Float32, 1, 1).Node("Identity", ["sum"], "else"))), spread: "branched");
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
        var sum = (double)model.Texts.Tokenize("a dog").Sum() * 10;
        var vector = model.Texts.Encode("a dog");
        Assert.Equal(sum / Math.Sqrt((sum * sum) + 1_000_000), vector[0], 1e-6);
    }

    [Fact]
    public void Towers_that_need_each_other_run_as_one()
    {
        // The text's vector holds the picture's mean: a blank one's is 0.
        using var copy = Model(graph => graph
            .Node("ReduceMean", ["pixel_values"], "brightness", ("axes", new long[] { 1, 2, 3 }), ("keepdims", 0L)).Node("Add", ["sum", "brightness"], "lit"), spread: "lit", fails: false);
        using var model = new ModelLoader().Load(copy.Directory, new ModelOptions());
        var sum = (double)model.Texts.Tokenize("a dog").Sum();
        Assert.Equal(sum / Math.Sqrt((sum * sum) + 1_000_000), model.Texts.Encode("a dog")[0], 1e-6);
        Assert.Equal(["input_ids", "pixel_values"], TowerCut.InputsOf(copy.PathOf("onnx/model.onnx"), ["text_embeds"])!.Order(StringComparer.Ordinal));
    }

    /// <summary>A combined graph: the text to (sum of ids, 1000), the picture to the means of red and green.</summary>
    /// <param name="further">Adds to it; reads "sum".</param>
    /// <param name="spread">What becomes the text's first number.</param>
    /// <param name="fails">Whether the vision tower refuses a blank picture.</param>
    private static ModelCopy Model(Func<OnnxWriter, OnnxWriter> further, string spread = "sum", bool fails = true)
    {
        var copy = new ModelCopy(ModelCopy.Fixture("control"), ModelCopy.Settings);
        copy.Edit("config.json", config => config["model_type"] = "clip");
        var graph = new OnnxWriter(13)
            .Input("input_ids", OnnxWriter.Int64, -1, -1).Input("pixel_values", OnnxWriter.Float32, -1, 3, 32, 32)
            .Output("text_embeds", OnnxWriter.Float32, -1, 2).Output("image_embeds", OnnxWriter.Float32, -1, 2)
            .Node("Cast", ["input_ids"], "numbers", ("to", 1L)).Weights("axes", [1], [1L]).Node("ReduceSum", ["numbers", "axes"], "sum");
        graph = further(graph)
            .Weights("select", [1, 2], [1f, 0f]).Weights("constant", [1, 2], [0f, 1000f])
            .Node("MatMul", [spread, "select"], "spread").Node("Add", ["spread", "constant"], "text_embeds")
            .Node("ReduceMean", ["pixel_values"], "means", ("axes", new long[] { 2, 3 }), ("keepdims", 0L)).Weights("pick", [3, 2], [1f, 0f, 0f, 1f, 0f, 0f]);
        if (fails)
        {
            // A blank picture's largest value is 0, a dark or bright one's is not: 1 beyond the table of one row, or 0 within it.
            graph.Weights("blank", [1], [0f]).Weights("table", [1], [0L])
                .Node("Abs", ["pixel_values"], "size").Node("ReduceMax", ["size"], "most", ("keepdims", 0L))
                .Node("Equal", ["most", "blank"], "isBlank").Node("Cast", ["isBlank"], "row", ("to", 7L))
                .Node("Gather", ["table", "row"], "found").Node("Cast", ["found"], "nothing", ("to", 1L)).Node("Add", ["means", "nothing"], "checked");
        }
        graph.Node("MatMul", [fails ? "checked" : "means", "pick"], "image_embeds").Save(copy.PathOf("onnx/model.onnx"));
        return copy;
    }

    /// <summary>Both encoders over a combined graph as it stands.</summary>
    private sealed class WholeGraph : IDisposable
    {
        private readonly GraphSession _session;

        public WholeGraph(ModelCopy copy, string file, IImageTextModel model)
        {
            var graph = GraphFile.Open(copy.PathOf(file));
            Assert.Null(graph.File.CutTo);
            var (family, texts) = JsonFile.Read(copy.PathOf("config.json"), "a config.json", config => (ModelFamilies.Find(config),
                TextSettings.Read(copy.PathOf("tokenizer.json"), copy.PathOf("tokenizer_config.json"), config, ModelFamilies.Find(config), graph.Inputs.TokenCount).Preparation));
            var pictures = new PicturePreparation(PreprocessorConfig.Read(copy.PathOf("preprocessor_config.json"), family.Preprocessing));
            var (dimension, side) = (model.Facts.Dimension, model.Facts.ImageWidth);
            _session = new GraphSession(graph.File, ExecutionSettings.OnProcessor(1), ModelTowers.Both);
            Texts = new TextEncoder(texts, graph, GraphOutputs.Vectors(graph.File, family.TextOutputs), dimension, [3, side, side], _session);
            var image = ImageGraph.From(graph, GraphOutputs.Vectors(graph.File, family.ImageOutputs), dimension, side, side, model.Images.BatchSize);
            Images = new ImageEncoder(pictures, image, new TextFeed(graph.Inputs, texts), [_session]);
        }

        public TextEncoder Texts { get; }

        public ImageEncoder Images { get; }

        public void Dispose()
        {
            Texts.Dispose();
            Images.Dispose();
            _session.Dispose();
        }
    }
}
