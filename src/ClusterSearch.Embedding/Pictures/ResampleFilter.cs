namespace ClusterSearch.Embedding.Pictures;

/// <summary>Pillow's number of a resampling filter, as preprocessor_config.json gives it.</summary>
internal enum ResampleFilter
{
    Lanczos = 1,
    Bilinear = 2,
    Bicubic = 3,
}
