using ClusterSearch.Core;

namespace ClusterSearch.Embedding.Directories;

/// <summary>The files of one precision.</summary>
/// <param name="Precision">By its name, for example "quantized".</param>
/// <param name="Text">Path of the graph with the text tower.</param>
/// <param name="Vision">Path of the graph with the vision tower; the same where one graph holds both.</param>
internal sealed record GraphChoice(string Precision, string Text, string Vision)
{
    public bool IsCombined => Text == Vision;
}

/// <summary>
/// Where the graphs of a directory lie. For each precision in order: two graphs in onnx/ or beside config.json
/// (text_model&lt;suffix&gt;.onnx, vision_model&lt;suffix&gt;.onnx), two of Chinese-CLIP's own exporter (NAME.txt.fp32.onnx,
/// NAME.img.fp32.onnx), one combined graph (model&lt;suffix&gt;.onnx).
/// </summary>
internal sealed class GraphLayouts(ModelDirectory files)
{
    /// <summary>Precision and file suffix, in the order in which a processor prefers them: float16 takes twice the time there.</summary>
    private static readonly (string Precision, string Suffix)[] s_variants =
    [
        ("fp32", ""), ("quantized", "_quantized"), ("int8", "_int8"), ("uint8", "_uint8"), ("fp16", "_fp16"),
        ("q4", "_q4"), ("q4f16", "_q4f16"), ("bnb4", "_bnb4"),
    ];

    private readonly string[] _folders = [.. new[] { files.PathOf("onnx"), files.Path }.Where(Directory.Exists)];

    /// <param name="precision">Null: the first that is whole, float32 first, on a graphics processor float16 first.</param>
    /// <exception cref="ClusterSearchException">model.incomplete, naming what is missing; model.unsupported: no such precision.</exception>
    public GraphChoice Choose(string? precision, bool prefersHalf)
    {
        var variants = prefersHalf ? s_variants.OrderByDescending(variant => variant.Precision == "fp16").ToArray() : s_variants;
        if (precision is not null)
        {
            variants = [.. s_variants.Where(variant => variant.Precision == precision)];
            if (variants.Length == 0)
                throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"precision '{precision}' is unknown; known are {string.Join(", ", s_variants.Select(known => known.Precision))}");
        }

        return variants.Select(Whole).FirstOrDefault(choice => choice is not null) ?? throw Missing(variants, precision);
    }

    /// <summary>The combined graph of a precision; null where there is none.</summary>
    public string? Combined(string precision) =>
        s_variants.Where(variant => variant.Precision == precision).Select(variant => Find($"model{variant.Suffix}.onnx")).FirstOrDefault();

    private GraphChoice? Whole((string Precision, string Suffix) variant)
    {
        foreach (var (text, vision) in Pairs(variant))
            if (text is not null && vision is not null) return new GraphChoice(variant.Precision, text, vision);
        return Combined(variant.Precision) is { } both ? new GraphChoice(variant.Precision, both, both) : null;
    }

    private IEnumerable<(string? Text, string? Vision)> Pairs((string Precision, string Suffix) variant) =>
    [
        (Find($"text_model{variant.Suffix}.onnx"), Find($"vision_model{variant.Suffix}.onnx")),
        (FindOwn($"*.txt.{variant.Precision}.onnx"), FindOwn($"*.img.{variant.Precision}.onnx")),
    ];

    private string? Find(string name) => _folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private string? FindOwn(string pattern)
    {
        var found = _folders.SelectMany(folder => Directory.GetFiles(folder, pattern)).ToList();
        return found.Count <= 1 ? found.FirstOrDefault()
            : throw new ClusterSearchException(ErrorCodes.ModelUnsupported, $"{files.Path} has several graphs {pattern}; expected those of one model");
    }

    private ClusterSearchException Missing((string Precision, string Suffix)[] variants, string? precision)
    {
        // A precision with one of its two graphs says best what is missing.
        foreach (var variant in variants)
        {
            var (text, vision) = (Find($"text_model{variant.Suffix}.onnx"), Find($"vision_model{variant.Suffix}.onnx"));
            if (text is null == vision is null) continue;
            var others = vision is null ? Precisions("vision_model") : Precisions("text_model");
            return new ClusterSearchException(ErrorCodes.ModelIncomplete,
                $"{files.Path} has no {(text is null ? "onnx/text_model" : "onnx/vision_model")}{variant.Suffix}.onnx beside {files.NameOf((text ?? vision)!)}"
                + (others.Count > 0 ? $", only of the precision {string.Join(", ", others)}; the two must be of one precision" : "") + "; fetch the missing file");
        }

        var whole = s_variants.Where(variant => Whole(variant) is not null).Select(variant => variant.Precision).ToList();
        var suffix = variants[0].Suffix;
        return new ClusterSearchException(ErrorCodes.ModelIncomplete,
            $"{files.Path} has no onnx/text_model{suffix}.onnx with onnx/vision_model{suffix}.onnx and no onnx/model{suffix}.onnx"
            + (whole.Count > 0 ? $"; it has the precisions {string.Join(", ", whole)}" : precision is null ? ", nor of any other precision" : "") + "; fetch the missing file");
    }

    private List<string> Precisions(string stem) => [.. s_variants.Where(variant => Find($"{stem}{variant.Suffix}.onnx") is not null).Select(variant => variant.Precision)];
}
