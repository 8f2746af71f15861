namespace ClusterSearch.Grains;

/// <summary>Aggregation of one video in one encoding; its key is <see cref="VideoKey"/>. Does something only on the silo that may write the index.</summary>
public interface IAggregatorGrain : IGrainWithStringKey
{
    /// <summary>Writes what has become ready.</summary>
    [ResponseTimeout("01:00:00")]
    Task<AggregatorReport> AdvanceAsync(CancellationToken cancellation);
}

/// <summary>What a step brought. Faults that are not the video's have a code.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.aggregator-report")]
public sealed record AggregatorReport
{
    [Id(0)] public required AggregatorReportKind Kind { get; init; }

    [Id(1)] public string? FailureCode { get; init; }

    [Id(2)] public string? FailureMessage { get; init; }

    [Id(3)] public bool IsTransient { get; init; }
}

/// <summary>The numbers go over the wire.</summary>
[GenerateSerializer, Alias("clustersearch.aggregator-report-kind")]
public enum AggregatorReportKind
{
    /// <summary>Nothing could be done.</summary>
    Nothing = 0,

    Advanced = 1,

    /// <summary>An operator must see to the video.</summary>
    Broken = 2,

    /// <summary>The grain was on a silo that may not write; it has left it.</summary>
    Elsewhere = 3,

    Faulted = 4,
}
