using ClusterSearch.Embedding.Directories;
using ClusterSearch.Embedding.Pictures;

namespace ClusterSearch.Embedding.Families;

/// <summary>
/// What the files of a model do not say of themselves, by its kind. Everything else (tokenizer, sizes, names and types of
/// inputs, dimension) is read. A new family is a new entry in <see cref="ModelFamilies"/>; no caller changes.
/// </summary>
internal sealed record ModelFamily
{
    public required string Name { get; init; }

    /// <summary>config.json's "model_type" of this family.</summary>
    public required IReadOnlyList<string> ModelTypes { get; init; }

    public required PreprocessingDefaults Preprocessing { get; init; }

    /// <summary>Output of the text graph that is the vector.</summary>
    public string TextOutput { get; init; } = "text_embeds";

    /// <summary>Output of the vision graph that is the vector.</summary>
    public string ImageOutput { get; init; } = "image_embeds";

    /// <summary>Output of the vision graph with a score for every label; null where there is none.</summary>
    public string? LabelOutput { get; init; }

    /// <summary>File with the labels' names, an array of objects with "index" and "name".</summary>
    public string? LabelFile { get; init; }

    /// <summary>Tokens at most, where config.json is silent.</summary>
    public int? MaximumTokens { get; init; }

    /// <summary>relevance = sigmoid(scale * cosine + bias), from config.json; null where the model has no such meaning.</summary>
    public Func<JsonFile, Calibration?> Calibration { get; init; } = _ => null;
}

/// <summary>relevance = sigmoid(Scale * cosine + Bias).</summary>
internal readonly record struct Calibration(double Scale, double Bias);
