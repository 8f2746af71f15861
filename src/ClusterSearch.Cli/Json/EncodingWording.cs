using ClusterSearch.Cli.Presentation;

namespace ClusterSearch.Cli.Json;

internal static class EncodingWording
{
    /// <summary>"1f0c9f3ed1c5 (starter at 1/1)".</summary>
    public static string Describe(this EncodingDocument encoding) => Wording.Safe($"{encoding.Id} ({encoding.Model} at {encoding.Sampling})");
}
