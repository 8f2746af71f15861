namespace ClusterSearch.Embedding.Pictures;

/// <summary>What a family's image processor takes where preprocessor_config.json is silent (transformers, image_processing_*.py).</summary>
internal sealed record PreprocessingDefaults
{
    public required int Size { get; init; }

    /// <summary>Whether a bare number as "size" is the shorter side (true) or both sides of a square.</summary>
    public required bool IsShortestEdge { get; init; }

    public required bool CenterCrop { get; init; }

    public required float[] Mean { get; init; }

    public required float[] StandardDeviation { get; init; }

    public ResampleFilter Resample { get; init; } = ResampleFilter.Bicubic;

    public static PreprocessingDefaults Clip { get; } = new()
    {
        Size = 224,
        IsShortestEdge = true,
        CenterCrop = true,
        Mean = [0.48145466f, 0.4578275f, 0.40821073f],
        StandardDeviation = [0.26862954f, 0.26130258f, 0.27577711f],
    };

    public static PreprocessingDefaults ChineseClip { get; } = Clip;

    public static PreprocessingDefaults Siglip { get; } = new()
    {
        Size = 224,
        IsShortestEdge = false,
        CenterCrop = false,
        Mean = [0.5f, 0.5f, 0.5f],
        StandardDeviation = [0.5f, 0.5f, 0.5f],
    };
}
