namespace ClusterSearch.Core.Catalog;

/// <summary>Counts over one encoding; all are zero for one that is unknown.</summary>
public sealed record LedgerStatus
{
    public required IReadOnlyDictionary<ChunkState, int> Chunks { get; init; }

    /// <summary>Videos planned in the encoding; each is searchable, partial, ingesting or failed.</summary>
    public required int Videos { get; init; }

    /// <summary>Every chunk indexed.</summary>
    public required int SearchableVideos { get; init; }

    /// <summary>Some chunks indexed, none left to do: quarantined ones are missing.</summary>
    public required int PartialVideos { get; init; }

    /// <summary>Chunks still pending, leased or embedded.</summary>
    public required int IngestingVideos { get; init; }

    /// <summary>Every chunk quarantined.</summary>
    public required int FailedVideos { get; init; }

    /// <summary>Indexed samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Footage of these videos, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Samples planned but quarantined or undecodable.</summary>
    public required long MissingSamples { get; init; }

    /// <summary>Pending chunks that failed and wait for their back-off; one that is over counts until the next claim.</summary>
    public int WaitingChunks { get; init; }

    /// <summary>Leases that were taken over or freed from lost workers, ever since the encoding was put.</summary>
    public long Takeovers { get; init; }
}
