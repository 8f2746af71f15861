using System.Diagnostics;

namespace ClusterSearch.ServiceDefaults;

/// <summary>
/// Traces that outlive a process. A video's plan is the root of its trace and its row in the ledger keeps where that is, as
/// a W3C traceparent; whoever works on its chunks later, in whatever process, goes on from there. What the process was
/// about at that moment is linked.
/// </summary>
public static class TraceContext
{
    /// <summary>Begins a trace of its own, linked to the current span. Dispose it in the method that began it.</summary>
    /// <returns>Null while nobody listens.</returns>
    public static Activity? StartRoot(string span, ActivityKind kind)
    {
        var current = Activity.Current;
        // A span without a parent would become the current one's child.
        Activity.Current = null;
        var root = Telemetry.Source.StartActivity(span, kind, default(ActivityContext), links: LinksTo(current?.Context));
        if (root is null) Activity.Current = current;
        return root;
    }

    /// <summary>Goes on with a trace that began elsewhere, linked to the current span.</summary>
    /// <param name="traceParent">The id of the span from which it goes on; null, or none: a child of the current span.</param>
    /// <param name="span">Its name.</param>
    /// <param name="kind">What it is to its parent.</param>
    /// <returns>Null while nobody listens.</returns>
    public static Activity? Continue(string? traceParent, string span, ActivityKind kind) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)
            ? Telemetry.Source.StartActivity(span, kind, parent, links: LinksTo(Activity.Current?.Context))
            : Telemetry.Source.StartActivity(span, kind);

    private static ActivityLink[]? LinksTo(ActivityContext? current) => current is { } context ? [new ActivityLink(context)] : null;
}
