using Orleans.Runtime.Placement;

namespace ClusterSearch.Grains;

/// <summary>Where the next call should activate its grain if it lives nowhere yet. Placements that keep silos out go before it.</summary>
internal static class PlacementHint
{
    public static void Set(SiloAddress silo) => RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);

    public static void Clear() => RequestContext.Remove(IPlacementDirector.PlacementHintKey);
}
