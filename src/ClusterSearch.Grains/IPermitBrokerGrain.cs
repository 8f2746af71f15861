namespace ClusterSearch.Grains;

/// <summary>A silo's broker as others see it; its key is the silo's address, and it lives there or nowhere.</summary>
public interface IPermitBrokerGrain : IGrainWithStringKey
{
    /// <summary>Says that the ledger may have something to do. May be lost or repeated.</summary>
    [OneWay]
    Task NudgeAsync();

    /// <summary>What is free.</summary>
    Task<BrokerState> StateAsync(CancellationToken cancellation);
}

/// <summary>What a silo can take on.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.broker-state")]
public sealed record BrokerState
{
    /// <summary>Chunks that it does at once.</summary>
    [Id(0)] public required int Capacity { get; init; }

    [Id(1)] public required int Free { get; init; }

    /// <summary>Chunks under way.</summary>
    [Id(2)] public required int InUse { get; init; }

    /// <summary>What holds it up, in one line; null when nothing does.</summary>
    [Id(3)] public string? Hindrance { get; init; }
}
