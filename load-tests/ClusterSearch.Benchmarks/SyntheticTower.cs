using ClusterSearch.Embedding.Tests.Graphs;

namespace ClusterSearch.Benchmarks;

/// <summary>
/// A vision transformer of the shape of ViT-B with random weights, since no checkpoint of that size lies here: what it
/// computes means nothing, what it costs is the real thing. All layers share their weights in the file; the runtime packs
/// them for each layer anew.
/// </summary>
internal static class SyntheticTower
{
    private const int Width = 768;
    private const int Heads = 12;
    private const int Layers = 12;
    private const int Side = 224;

    /// <param name="patch">Pixels along a patch: 32 (49 tokens) or 16 (196 tokens).</param>
    public static void Write(string path, int patch)
    {
        var tokens = Side / patch * (Side / patch);
        var random = new Random(1);
        var graph = new OnnxWriter(17)
            .Input("pixel_values", OnnxWriter.Float32, -1, 3, -1, -1).Output("image_embeds", OnnxWriter.Float32, -1, 512)
            .Weights("patches", [Width, 3, patch, patch], Random(Width * 3 * patch * patch)).Weights("positions", [1, tokens, Width], Random(tokens * Width))
            .Weights("flat", [3], [0L, Width, -1L]).Weights("heads", [4], [0L, 0L, Heads, Width / Heads]).Weights("joined", [3], [0L, 0L, Width])
            .Weights("gain", [Width], [.. Enumerable.Repeat(1f, Width)]).Weights("offset", [Width], new float[Width]).Weights("scale", [1], [MathF.Sqrt(Heads / (float)Width)]).Weights("quick", [1], [1.702f])
            .Weights("project", [Width, 512], Random(Width * 512)).Weights("wide", [Width, 4 * Width], Random(4 * Width * Width)).Weights("narrow", [4 * Width, Width], Random(4 * Width * Width));
        foreach (var name in new[] { "query", "key", "value", "out" }) graph.Weights(name, [Width, Width], Random(Width * Width));
        graph.Node("Conv", ["pixel_values", "patches"], "conv", ("strides", new long[] { patch, patch }), ("kernel_shape", new long[] { patch, patch }))
            .Node("Reshape", ["conv", "flat"], "columns").Node("Transpose", ["columns"], "rows", ("perm", new long[] { 0, 2, 1 })).Node("Add", ["rows", "positions"], "x0");
        for (var layer = 0; layer < Layers; layer++)
        {
            string Name(string part) => $"{part}{layer}";
            graph.Node("LayerNormalization", [Name("x"), "gain", "offset"], Name("n"), ("axis", -1L), ("epsilon", 1e-5f));
            foreach (var name in new[] { "query", "key", "value" })
                graph.Node("MatMul", [Name("n"), name], Name(name + "m")).Node("Add", [Name(name + "m"), "offset"], Name(name + "b")).Node("Reshape", [Name(name + "b"), "heads"], Name(name + "r"))
                    .Node("Transpose", [Name(name + "r")], Name(name), ("perm", name == "key" ? new long[] { 0, 2, 3, 1 } : [0, 2, 1, 3]));
            graph.Node("MatMul", [Name("query"), Name("key")], Name("s")).Node("Mul", [Name("s"), "scale"], Name("t")).Node("Softmax", [Name("t")], Name("p"), ("axis", -1L))
                .Node("MatMul", [Name("p"), Name("value")], Name("a")).Node("Transpose", [Name("a")], Name("b"), ("perm", new long[] { 0, 2, 1, 3 })).Node("Reshape", [Name("b"), "joined"], Name("c"))
                .Node("MatMul", [Name("c"), "out"], Name("d")).Node("Add", [Name("d"), "offset"], Name("e")).Node("Add", [Name("x"), Name("e")], Name("y"))
                .Node("LayerNormalization", [Name("y"), "gain", "offset"], Name("m"), ("axis", -1L), ("epsilon", 1e-5f)).Node("MatMul", [Name("m"), "wide"], Name("h"))
                .Node("Mul", [Name("h"), "quick"], Name("i")).Node("Sigmoid", [Name("i")], Name("j")).Node("Mul", [Name("h"), Name("j")], Name("g"))
                .Node("MatMul", [Name("g"), "narrow"], Name("k")).Node("Add", [Name("k"), "offset"], Name("l")).Node("Add", [Name("y"), Name("l")], $"x{layer + 1}");
        }

        graph.Node("LayerNormalization", [$"x{Layers}", "gain", "offset"], "last", ("axis", -1L), ("epsilon", 1e-5f))
            .Node("ReduceMean", ["last"], "mean", ("axes", new long[] { 1 }), ("keepdims", 0L)).Node("MatMul", ["mean", "project"], "image_embeds")
            .Save(path);

        float[] Random(int count)
        {
            var numbers = new float[count];
            for (var i = 0; i < count; i++) numbers[i] = (random.NextSingle() - 0.5f) * 0.05f;
            return numbers;
        }
    }
}
