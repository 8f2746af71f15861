namespace ClusterSearch.Grains;

/// <summary>One video; its key is the video's id. Claims leases for its chunks and has them done where there is a permit.</summary>
public interface IVideoGrain : IGrainWithStringKey
{
    /// <summary>A silo has a place free. Claims a chunk of this video for it, and has it done there.</summary>
    /// <returns>Whether the permit is taken; false when nothing of this video can be claimed now.</returns>
    Task<bool> OfferAsync(PermitOffer offer, CancellationToken cancellation);

    /// <summary>A hint that something may be to do: the ledger is read, and silos with free places are told. May be lost or repeated.</summary>
    [OneWay]
    Task LookAsync();
}

/// <summary>The right to have one chunk done on a silo.</summary>
[GenerateSerializer, Immutable, Alias("clustersearch.permit-offer")]
public sealed record PermitOffer
{
    /// <summary>Of the silo's broker.</summary>
    [Id(0)] public required Guid Permit { get; init; }

    /// <summary>Where.</summary>
    [Id(1)] public required SiloAddress Silo { get; init; }

    /// <summary>Name under which the catalogue knows the silo, with the slot.</summary>
    [Id(2)] public required string Worker { get; init; }

    /// <summary>Id of the encoding whose model is loaded there.</summary>
    [Id(3)] public required string Encoding { get; init; }

    /// <summary>Encoder fingerprint of that model there.</summary>
    [Id(4)] public required string EncoderFingerprint { get; init; }

    [Id(5)] public required TimeSpan LeaseDuration { get; init; }

    [Id(6)] public bool AllowMixedEncoders { get; init; }
}
