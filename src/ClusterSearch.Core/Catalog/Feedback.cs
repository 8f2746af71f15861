using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Catalog;

/// <summary>A verdict on one moment as the answer to one query.</summary>
public sealed record Feedback
{
    /// <summary>Of <see cref="Query"/>, in UTF-8.</summary>
    public const int MaximumQueryBytes = 64 * 1024;

    /// <summary>The same for the same query: the caller's stable hash of its parts.</summary>
    public required string QueryKey { get; init; }

    /// <summary>The query itself as JSON, for whoever reads the verdicts later.</summary>
    public required string Query { get; init; }

    public required VideoId Video { get; init; }

    /// <summary>Seconds from the video's first frame, 0 or more.</summary>
    public required double Start { get; init; }

    /// <summary>Seconds from the video's first frame, behind <see cref="Start"/>.</summary>
    public required double End { get; init; }

    public required bool IsRelevant { get; init; }

    /// <summary>When it was recorded, by the database's clock, to the millisecond; what a caller sets is not kept.</summary>
    public DateTimeOffset At { get; init; }
}
