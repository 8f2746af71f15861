using System.Globalization;
using ClusterSearch.Grains.Working;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace ClusterSearch.Grains.Placement;

/// <summary>Keeps a grain on silos whose metadata states an accelerator.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AcceleratorPlacementFilterAttribute() : PlacementFilterAttribute(new AcceleratorPlacementFilter());

/// <summary>The strategy; <see cref="AcceleratorPlacementDirector"/> carries it out.</summary>
internal sealed class AcceleratorPlacementFilter() : PlacementFilterStrategy(order: 0);

/// <summary>What silos state of their accelerators.</summary>
internal static class AcceleratorMetadata
{
    public const string Kind = "clustersearch.accelerator.kind";
    public const string Count = "clustersearch.accelerator.count";

    public static Dictionary<string, string> Of(Accelerator accelerator) => new(StringComparer.Ordinal)
    {
        [Kind] = accelerator.Kind,
        [Count] = accelerator.Count.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Whether a silo states one.</summary>
    public static bool HasOne(SiloMetadata metadata) =>
        metadata.Metadata.TryGetValue(Count, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0;
}

/// <summary>A silo whose metadata is not known yet has none: its own broker offers its places only once it is active.</summary>
internal sealed class AcceleratorPlacementDirector(ISiloMetadataCache metadata) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos) =>
        silos.Where(silo => AcceleratorMetadata.HasOne(metadata.GetSiloMetadata(silo)));
}
