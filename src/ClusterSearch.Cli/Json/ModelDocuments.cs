using System.Text.Json.Serialization;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Cli.Json;

/// <param name="Root">The folder of models; null where none was found.</param>
internal sealed record ModelsDocument(string? Root, IReadOnlyList<ModelDocument> Models) : Document;

/// <summary>A model directory: its facts, or why it was refused.</summary>
internal sealed record ModelDocument(string Name, string Directory, string? Family, int? Dimension, string? Precision, string? Hash, ErrorDetail? Error);

/// <param name="ImageSize">Width and height in pixels.</param>
/// <param name="ImagesPerSecond">Null when the model was refused before it could be timed.</param>
internal sealed record ModelCheckDocument(
    string Name, string Directory, string Family, int Dimension, IReadOnlyList<int> ImageSize, string Precision, IReadOnlyList<string> Providers,
    string Fingerprint, IReadOnlyList<CanaryDocument> Canaries, double? ImagesPerSecond, double? TextsPerSecond) : Document
{
    [JsonPropertyOrder(1)]
    public bool Ok => Canaries.All(c => c.Ok);

    public static ModelCheckDocument From(IImageTextModel model, IReadOnlyList<CanaryResult> canaries, double? imagesPerSecond, double? textsPerSecond) => new(
        model.Facts.Name, model.Facts.Directory, model.Facts.Family, model.Facts.Dimension, [model.Facts.ImageWidth, model.Facts.ImageHeight], model.Facts.Precision,
        model.Facts.Providers, model.EncoderFingerprint, [.. canaries.Select(c => new CanaryDocument(c.Name, c.Ok, c.Reason))], imagesPerSecond, textsPerSecond);
}

internal sealed record CanaryDocument(string Name, bool Ok, string? Reason);

internal sealed record DoctorDocument(bool Ok, IReadOnlyList<DoctorCheckDocument> Checks) : Document;

/// <param name="State">"ok", "warning" or "missing".</param>
/// <param name="Found">What was found.</param>
/// <param name="Advice">What to do; null when there is nothing to.</param>
internal sealed record DoctorCheckDocument(string Name, string State, string Found, string? Advice);
