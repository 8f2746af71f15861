using System.Diagnostics;

namespace ClusterSearch.Catalog.Ledger;

/// <summary>Where the caller's trace is, for those who go on with its work in other processes.</summary>
internal static class CurrentTrace
{
    /// <summary>
    /// W3C traceparent; null unless the current span is recorded: work that goes on from one that is not would not be recorded
    /// either.
    /// </summary>
    public static string? Parent => Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } span ? span.Id : null;
}
