using ClusterSearch.Archive;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Archive.Working;
using ClusterSearch.Core.Footage;
using ClusterSearch.Grains.Placement;
using ClusterSearch.Grains.Searching;
using ClusterSearch.Grains.Working;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace ClusterSearch.Grains.Hosting;

/// <summary>What makes a silo one of ClusterSearch, and what a gateway asks instead of an engine of its own.</summary>
public static class ClusterHosting
{
    /// <summary>
    /// Adds the archive's work to a silo. Clustering, reminders and the provider of <see cref="HintsProvider"/> are the host's business,
    /// and the archive stays open until the silo has stopped.
    /// </summary>
    public static ISiloBuilder AddClusterSearch(this ISiloBuilder silo, ArchivePorts ports, ArchiveOptions archive, SiloWorkOptions options)
    {
        silo.UseSiloMetadata(AcceleratorMetadata.Of(options.Accelerator));
        silo.Services.AddPlacementFilter<AcceleratorPlacementFilter, AcceleratorPlacementDirector>(ServiceLifetime.Singleton);
        silo.Services.AddPlacementDirector<OwnSiloPlacement, OwnSiloPlacementDirector>();
        silo.Services.AddSingleton(services => new SiloWork(
            ports, archive, options, services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<ILocalSiloDetails>()));
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => services.GetRequiredService<SiloWork>());
        silo.Services.AddSingleton<Brokers>();
        silo.AddActivityPropagation();
        return silo;
    }

    /// <summary>Name of the stream provider that hints go through; any provider of Orleans serves, and need not keep anything.</summary>
    public const string HintsProvider = Hints.Provider;

    /// <summary>What a silo can take on now.</summary>
    public static BrokerState StateOf(IServiceProvider silo) => silo.GetRequiredService<SiloWork>().State;

    /// <summary>Searches by the cluster's shards; queries are embedded here. Dispose lets its models go.</summary>
    public static SearchEngine SearchBy(IGrainFactory grains, ArchivePorts ports, ArchiveOptions archive, ClusterSearchOptions options) =>
        new(ports, archive, new GrainMomentFinder(grains, options));

    /// <summary>Registers footage here, has the cluster's silos work, and tells them at once.</summary>
    public static IIngestion IngestionBy(IGrainFactory grains, ArchivePorts ports, ArchiveOptions archive) =>
        new IngestionEngine(ports with { Hints = new GrainHints(grains) }, archive);
}
