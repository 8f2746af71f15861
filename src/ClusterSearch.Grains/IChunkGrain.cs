namespace ClusterSearch.Grains;

/// <summary>The work under one lease; its key is the lease's token, so that no two leases ever share one.</summary>
public interface IChunkGrain : IGrainWithStringKey
{
    /// <summary>Does the chunk. Takes as long as it takes: the lease, not the call, says when it is given up.</summary>
    [ResponseTimeout("1.00:00:00")]
    Task<ChunkReport> WorkAsync(ChunkOrder order, CancellationToken cancellation);
}

/// <summary>A leased chunk and the permit to do it.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.chunk-order")]
public sealed record ChunkOrder
{
    [Id(0)] public required Guid Permit { get; init; }

    [Id(1)] public required string Video { get; init; }

    [Id(2)] public required string Encoding { get; init; }

    [Id(3)] public required int Chunk { get; init; }

    /// <summary>Sample numbers [FirstSample, EndSample).</summary>
    [Id(4)] public required long FirstSample { get; init; }

    [Id(5)] public required long EndSample { get; init; }

    [Id(6)] public required string Token { get; init; }

    [Id(7)] public int Attempts { get; init; }

    [Id(8)] public required TimeSpan LeaseDuration { get; init; }

    /// <summary>An earlier attempt crashed its worker: nothing else is done beside it.</summary>
    [Id(9)] public bool IsSuspect { get; init; }

    [Id(10)] public int Lapses { get; init; }
}

/// <summary>What became of a chunk.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.chunk-report")]
public sealed record ChunkReport
{
    [Id(0)] public required ChunkReportKind Kind { get; init; }

    [Id(1)] public long Samples { get; init; }

    /// <summary>Of footage.</summary>
    [Id(2)] public double Seconds { get; init; }

    /// <summary>Stable code of what went wrong; null when nothing did.</summary>
    [Id(3)] public string? FailureCode { get; init; }

    [Id(4)] public string? FailureMessage { get; init; }
}

/// <summary>The numbers go over the wire.</summary>
[GenerateSerializer, Alias("clustersearch.chunk-report-kind")]
public enum ChunkReportKind
{
    /// <summary>The ledger has the result.</summary>
    Embedded = 0,

    /// <summary>The ledger has the failure.</summary>
    Failed = 1,

    /// <summary>The lease was lost.</summary>
    Fenced = 2,

    /// <summary>Not begun: the permit was not good here any more. The lease is still held.</summary>
    Refused = 3,

    /// <summary>Something that is not the chunk's fault; the lease was given back.</summary>
    GivenBack = 4,
}
