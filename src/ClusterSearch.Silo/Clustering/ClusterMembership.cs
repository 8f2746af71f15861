using System.Net;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Streams;
using ClusterSearch.Grains.Hosting;

namespace ClusterSearch.Silo.Clustering;

/// <summary>Puts a membership into Orleans' terms, for silos and for those who only call them.</summary>
internal static class ClusterMembership
{
    /// <param name="database">Connection string of Orleans' tables; null with localhost.</param>
    public static void Join(this ISiloBuilder silo, Membership membership, string? database)
    {
        if (database is null)
        {
            silo.UseLocalhostClustering(membership.SiloPort, membership.GatewayPort, new IPEndPoint(IPAddress.Loopback, membership.PrimaryPort), membership.ClusterId, membership.ClusterId);
            silo.UseInMemoryReminderService();
            silo.AddMemoryStreams(ClusterHosting.HintsProvider, streams => streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly));
        }
        else
        {
            silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (OrleansTables.Invariant, database));
            silo.UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = (OrleansTables.Invariant, database));
            silo.AddAdoNetStreams(ClusterHosting.HintsProvider, streams =>
            {
                streams.ConfigureAdoNet(adoNet => adoNet.Configure(options => (options.Invariant, options.ConnectionString) = (OrleansTables.Invariant, database)));
                streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            });
            silo.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = membership.Address;
                (options.SiloPort, options.GatewayPort) = (membership.SiloPort, membership.GatewayPort);
                options.SiloListeningEndpoint = new IPEndPoint(membership.Address, membership.SiloPort);
                options.GatewayListeningEndpoint = new IPEndPoint(membership.Address, membership.GatewayPort);
            });
        }
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (membership.ClusterId, membership.ClusterId));
        if (membership.Certificate is { } certificate) silo.UseTls(certificate.Configure);
    }

    /// <param name="database">Connection string of Orleans' tables; null with localhost.</param>
    public static void Join(this IClientBuilder client, Membership membership, string? database)
    {
        if (database is null) client.UseLocalhostClustering(membership.GatewayPort, membership.ClusterId, membership.ClusterId);
        else client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (OrleansTables.Invariant, database));
        client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (membership.ClusterId, membership.ClusterId));
        client.AddActivityPropagation();
        if (membership.Certificate is { } certificate) client.UseTls(certificate.Configure);
    }
}
