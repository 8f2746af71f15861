using ClusterSearch.Archive;
using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Json;

internal static class EncodingWording
{
    /// <summary>"1f0c9f3ed1c5 (starter at 1/1)".</summary>
    public static string Describe(this EncodingDocument encoding) => Wording.Safe($"{encoding.Id} ({encoding.Model} at {encoding.Sampling})");
}

/// <param name="Videos">Known to the archive.</param>
/// <param name="MissingVideos">Missing from the encoding that is used now.</param>
internal sealed record EncodingUseDocument(EncodingDocument Active, EncodingDocument Before, int Videos, int MissingVideos) : Document
{
    public static EncodingUseDocument From(EncodingUse use) =>
        new(EncodingDocument.From(use.Active), EncodingDocument.From(use.Before), use.Videos, use.MissingVideos);
}

/// <param name="Videos">That it held.</param>
internal sealed record EncodingDropDocument(EncodingDocument Dropped, int Videos, long Samples) : Document
{
    public static EncodingDropDocument From(EncodingProgress dropped) =>
        new(EncodingDocument.From(dropped.Encoding), dropped.Ledger.Videos, dropped.Ledger.Samples);
}
