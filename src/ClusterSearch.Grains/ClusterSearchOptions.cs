namespace ClusterSearch.Grains;

/// <summary>How a cluster is searched.</summary>
public sealed record ClusterSearchOptions
{
    /// <summary>Parts that every encoding is searched in, 1 to 1024. More than there are silos, so that a lost one is shared out among the others.</summary>
    public int Shards { get; init; } = 8;

    /// <summary>A part that has not answered by then is left out of the answer, and named in its coverage.</summary>
    public TimeSpan ShardDeadline { get; init; } = TimeSpan.FromSeconds(5);
}
