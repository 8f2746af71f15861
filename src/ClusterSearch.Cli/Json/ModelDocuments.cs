using System.Text.Json.Serialization;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Pulling;
using ClusterSearch.Pulling.Checkpoints;

namespace ClusterSearch.Cli.Json;

/// <param name="Root">The folder of shipped models; null where none was found.</param>
/// <param name="Installed">The folder that models are installed in; null where none is known.</param>
/// <param name="Encodings">Of the archive; empty where there is none.</param>
/// <param name="Models">Model directories of this machine.</param>
/// <param name="Pinned">The checkpoints that `pull` knows by name.</param>
internal sealed record ModelsDocument(
    string? Root, string? Installed, IReadOnlyList<EncodingProgressDocument> Encodings, IReadOnlyList<ModelDocument> Models,
    IReadOnlyList<PinnedModelDocument> Pinned) : Document;

/// <summary>A model directory: its facts, or why it was refused.</summary>
/// <param name="Repository">Where it was pulled from; null for one that was not.</param>
internal sealed record ModelDocument(
    string Name, string Directory, string? Family, int? Dimension, string? Precision, string? Hash, ErrorDetail? Error, string? Repository, string? Revision);

/// <param name="Revision">The pinned commit; null where the main branch is taken.</param>
/// <param name="Installed">Directories on this machine.</param>
internal sealed record PinnedModelDocument(
    string Name, string Repository, string? Revision, string Family, int Dimension, string Licence, string Note, IReadOnlyList<string> Installed)
{
    public static PinnedModelDocument From(Checkpoint c, IReadOnlyList<string> installed) =>
        new(c.Name, c.Repository, c.Revision, c.Family, c.Dimension, c.Licence, c.Note, installed);
}

/// <param name="Revision">As it was asked for.</param>
/// <param name="Commit">What it stood for; null where the host does not say.</param>
/// <param name="WasThere">Nothing was fetched.</param>
internal sealed record PullDocument(
    string Name, string Directory, string Host, string Repository, string Revision, string? Commit, string Precision, int Files, long Bytes, bool WasThere) : Document
{
    public static PullDocument From(PullResult r) => new(
        r.Name, r.Directory, r.Model.Host, r.Model.Repository, r.Model.Revision, r.Model.Commit, r.Model.Precision, r.Model.Files.Count, r.Model.Bytes, r.WasThere);
}

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
