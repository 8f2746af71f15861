using Orleans.Runtime.Placement;

namespace ClusterSearch.Grains.Placement;

/// <summary>A grain whose key is a silo's address lives there or nowhere.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OwnSiloPlacementAttribute() : PlacementAttribute(new OwnSiloPlacement());

/// <summary>The strategy; <see cref="OwnSiloPlacementDirector"/> carries it out.</summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking]
internal sealed class OwnSiloPlacement : PlacementStrategy;

internal sealed class OwnSiloPlacementDirector : IPlacementDirector
{
    /// <exception cref="SiloUnavailableException">The silo is not in the cluster.</exception>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silo = SiloAddress.FromParsableString(target.GrainIdentity.Key.ToString()!);
        return context.GetCompatibleSilos(target).Contains(silo)
            ? Task.FromResult(silo)
            : throw new SiloUnavailableException($"{silo} is not in the cluster any more");
    }
}
