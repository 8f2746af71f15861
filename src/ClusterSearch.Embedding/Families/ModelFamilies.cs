using ClusterSearch.Core;
using ClusterSearch.Embedding.Directories;
using ClusterSearch.Embedding.Pictures;

namespace ClusterSearch.Embedding.Families;

/// <summary>The table of families.</summary>
internal static class ModelFamilies
{
    public static IReadOnlyList<ModelFamily> All { get; } =
    [
        new ModelFamily
        {
            Name = "clustersearch-starter",
            ModelTypes = ["clustersearch-starter"],
            Preprocessing = PreprocessingDefaults.Clip,
            LabelOutput = "concept_scores",
            LabelFile = "concepts.json",
            // Its scale is meant as it stands, not exponentiated.
            Calibration = config => config.FindNumber("logit_scale") is { } scale && config.FindNumber("logit_bias") is { } bias
                ? new Calibration(scale, bias)
                : null,
        },
        new ModelFamily
        {
            // OpenCLIP's conversions are of this type too. Trained by softmax: a single cosine is no probability.
            Name = "clip",
            ModelTypes = ["clip"],
            Preprocessing = PreprocessingDefaults.Clip,
            MaximumTokens = 77,
        },
    ];

    /// <exception cref="ClusterSearchException">model.unsupported, naming the type and those that are known.</exception>
    public static ModelFamily Find(JsonFile config)
    {
        var type = config.FindText("model_type") ?? throw config.Unsupported("model_type", "missing");
        return All.FirstOrDefault(family => family.ModelTypes.Contains(type))
            ?? throw new ClusterSearchException(ErrorCodes.ModelUnsupported,
                $"{config.Path}: family '{type}' is not supported yet; known are {string.Join(", ", All.SelectMany(family => family.ModelTypes))}");
    }
}
