using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Directories;

/// <summary>
/// A directory in the layout of Hugging Face's ONNX exports: config.json, preprocessor_config.json, tokenizer.json,
/// tokenizer_config.json, onnx/{text_model,vision_model,model}&lt;suffix&gt;.onnx.
/// </summary>
internal sealed class ModelDirectory
{
    /// <summary>Precision and file suffix, in the order in which a processor prefers them.</summary>
    private static readonly (string Precision, string Suffix)[] s_variants =
    [
        ("fp32", ""), ("quantized", "_quantized"), ("int8", "_int8"), ("uint8", "_uint8"), ("fp16", "_fp16"),
        ("q4", "_q4"), ("q4f16", "_q4f16"), ("bnb4", "_bnb4"),
    ];

    private ModelDirectory(string path) => Path = path;

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    /// <exception cref="ClusterSearchException">model.not_found.</exception>
    public static ModelDirectory Open(string directory)
    {
        var path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(directory));
        if (File.Exists(path)) throw new ClusterSearchException(ErrorCodes.ModelNotFound, $"expected a model directory, found the file {path}");
        if (!Directory.Exists(path)) throw new ClusterSearchException(ErrorCodes.ModelNotFound, $"there is no model directory {path}");
        return new ModelDirectory(path);
    }

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Both graphs of one precision.</summary>
    /// <param name="precision">Null: what the directory holds, float32 first, on a graphics processor float16 first.</param>
    /// <exception cref="ClusterSearchException">model.incomplete, naming the file that is missing.</exception>
    public GraphPair Graphs(string? precision, bool prefersHalf)
    {
        if (precision is not null)
        {
            var variant = Array.Find(s_variants, variant => variant.Precision == precision);
            if (variant.Precision is null)
                throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"precision '{precision}' is unknown; known are {string.Join(", ", s_variants.Select(known => known.Precision))}");
            return Pair(variant) is { IsComplete: true } pair ? pair : throw Missing(Pair(variant));
        }

        var order = prefersHalf ? s_variants.OrderByDescending(variant => variant.Precision == "fp16") : s_variants.AsEnumerable();
        var pairs = order.Select(Pair).ToList();
        return pairs.Find(pair => pair.IsComplete)
            ?? throw Missing(pairs.Find(pair => pair.HasText || pair.HasVision) ?? pairs[0]);
    }

    private GraphPair Pair((string Precision, string Suffix) variant) =>
        new(variant.Precision, Graph("text_model" + variant.Suffix), Graph("vision_model" + variant.Suffix));

    private string Graph(string name) => System.IO.Path.Combine(Path, "onnx", name + ".onnx");

    private ClusterSearchException Missing(GraphPair pair)
    {
        var isCombined = File.Exists(Graph(System.IO.Path.GetFileNameWithoutExtension(pair.Text).Replace("text_model", "model", StringComparison.Ordinal)));
        if (!pair.HasText && !pair.HasVision && isCombined)
            return new ClusterSearchException(ErrorCodes.ModelUnsupported,
                $"{Path} holds one combined graph; expected two, onnx/{System.IO.Path.GetFileName(pair.Text)} and onnx/{System.IO.Path.GetFileName(pair.Vision)}");
        var missing = new[] { (pair.HasText, pair.Text), (pair.HasVision, pair.Vision) }
            .Where(graph => !graph.Item1).Select(graph => "onnx/" + System.IO.Path.GetFileName(graph.Item2));
        return new ClusterSearchException(ErrorCodes.ModelIncomplete, $"{Path} has no {string.Join(" and no ", missing)}; fetch the missing file");
    }
}

/// <summary>Paths of the two graphs of one precision.</summary>
internal sealed record GraphPair(string Precision, string Text, string Vision)
{
    public bool HasText => File.Exists(Text);

    public bool HasVision => File.Exists(Vision);

    public bool IsComplete => HasText && HasVision;
}
