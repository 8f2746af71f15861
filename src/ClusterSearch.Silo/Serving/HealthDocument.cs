using System.Text.Json.Serialization;
using ClusterSearch.Grains.Hosting;
using ClusterSearch.Grains.Working;
using ClusterSearch.Silo.Clustering;
using Microsoft.Extensions.DependencyInjection;

namespace ClusterSearch.Silo.Serving;

/// <summary>How a silo is.</summary>
/// <param name="Status">"active" for a member of the cluster, else what Orleans calls its state, in small letters.</param>
/// <param name="Members">Silos that are active, this one included.</param>
/// <param name="Accelerator">"cuda", "cpu" or "none".</param>
/// <param name="Chunks">Under way.</param>
/// <param name="Hindrance">What holds it up, in one line; null when nothing does.</param>
internal sealed record HealthDocument(
    int SchemaVersion, string Status, string Cluster, string Silo, int Members, string Accelerator, int Devices, int Capacity, int Chunks, string? Hindrance)
{
    public static HealthDocument Of(IServiceProvider services, Membership membership, Accelerator accelerator)
    {
        var silos = services.GetRequiredService<ISiloStatusOracle>();
        var state = ClusterHosting.StateOf(services);
        return new HealthDocument(1, silos.CurrentStatus.ToString().ToLowerInvariant(), membership.ClusterId, silos.SiloAddress.ToParsableString(),
            silos.GetActiveSilos().Length, accelerator.Kind, accelerator.Count, state.Capacity, state.InUse, state.Hindrance);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(HealthDocument))]
internal sealed partial class HealthJson : JsonSerializerContext;
