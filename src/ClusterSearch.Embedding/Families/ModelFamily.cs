using ClusterSearch.Core.Embeddings;
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

    /// <summary>Names that the vector has among the outputs of text graphs, the best first.</summary>
    public IReadOnlyList<string> TextOutputs { get; init; } = ["text_embeds"];

    /// <summary>Names that the vector has among the outputs of vision graphs, the best first.</summary>
    public IReadOnlyList<string> ImageOutputs { get; init; } = ["image_embeds"];

    /// <summary>Output of the vision graph with a score for every label; null where there is none.</summary>
    public string? LabelOutput { get; init; }

    /// <summary>File with the labels' names, an array of objects with "index" and "name".</summary>
    public string? LabelFile { get; init; }

    /// <summary>Numbers of a vector where neither graph says: config.json's, or what its silence means.</summary>
    public Func<JsonFile, int?> Dimension { get; init; } = config => config.FindCount("projection_dim");

    /// <summary>Tokens at most, where config.json is silent.</summary>
    public int? MaximumTokens { get; init; }

    /// <summary>Tokens that the model was trained with, where config.json states more; null: config.json is right.</summary>
    public int? TrainedTokens { get; init; }

    /// <summary>Whether it was trained on texts padded to the maximum, and looks at the padding.</summary>
    public bool IsPaddedToMaximum { get; init; }

    /// <summary>Whether it was trained on lower case, also where tokenizer.json does not lower.</summary>
    public bool IsLowerCase { get; init; }

    /// <summary>Whether it was trained by sigmoid, so that a single cosine gives a probability.</summary>
    public bool HasLogitBias { get; init; }

    /// <summary>relevance = sigmoid(scale * cosine + bias), where config.json itself says it.</summary>
    public Func<JsonFile, LogitLine?> StatedLogits { get; init; } = _ => null;
}
