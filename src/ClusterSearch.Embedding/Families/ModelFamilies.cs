using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
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
            HasLogitBias = true,
            // Its scale is meant as it stands, not exponentiated.
            StatedLogits = config => config.FindNumber("logit_scale") is { } scale && config.FindNumber("logit_bias") is { } bias
                ? new LogitLine(scale, bias)
                : null,
        },
        new ModelFamily
        {
            // OpenCLIP's conversions are of this type too.
            Name = "clip",
            ModelTypes = ["clip"],
            Preprocessing = PreprocessingDefaults.Clip,
            Dimension = config => config.FindCount("projection_dim") ?? 512,
            MaximumTokens = 77,
        },
        new ModelFamily
        {
            // SigLIP, and SigLIP 2's checkpoints of a fixed resolution; transformers leaves out of config.json what equals its defaults.
            Name = "siglip",
            ModelTypes = ["siglip"],
            Preprocessing = PreprocessingDefaults.Siglip,
            TextOutputs = ["text_embeds", "pooler_output"],
            ImageOutputs = ["image_embeds", "pooler_output"],
            Dimension = config => config.FindCount("vision_config", "hidden_size") ?? 768,
            MaximumTokens = 64,
            IsPaddedToMaximum = true,
            IsLowerCase = true,
            HasLogitBias = true,
        },
        new ModelFamily
        {
            // Its own exporter names the outputs unnorm_…; config.json's 512 positions are BERT's, 52 the length it was trained with.
            Name = "chinese_clip",
            ModelTypes = ["chinese_clip"],
            Preprocessing = PreprocessingDefaults.ChineseClip,
            TextOutputs = ["text_embeds", "unnorm_text_features"],
            ImageOutputs = ["image_embeds", "unnorm_image_features"],
            Dimension = config => config.FindCount("projection_dim") ?? 512,
            TrainedTokens = 52,
        },
    ];

    /// <exception cref="ClusterSearchException">model.unsupported, naming the type and those that are known.</exception>
    public static ModelFamily Find(JsonFile config)
    {
        var type = config.FindText("model_type") ?? throw config.Unsupported("model_type", "missing");
        return All.FirstOrDefault(family => family.ModelTypes.Contains(type))
            ?? throw new ClusterSearchException(ErrorCodes.ModelUnsupported,
                $"{config.Path}: family '{type}' is not supported; known are {string.Join(", ", All.SelectMany(family => family.ModelTypes))}"
                + (type == "siglip2" ? " (SigLIP 2 at a fixed resolution is of type siglip; NaFlex, of type siglip2, is not supported)" : ""));
    }
}
