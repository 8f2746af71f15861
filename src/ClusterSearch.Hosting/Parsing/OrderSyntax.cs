using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Hosting.Parsing;

/// <summary>"fair" and "earliest".</summary>
public static class OrderSyntax
{
    /// <exception cref="UsageException">It is neither.</exception>
    public static ClaimOrder Parse(string? text, string option) => text?.ToLowerInvariant() switch
    {
        null or "fair" => ClaimOrder.Fair,
        "earliest" => ClaimOrder.EarliestSearchable,
        _ => throw new UsageException($"{option}: expected fair or earliest, found '{text}'"),
    };
}
