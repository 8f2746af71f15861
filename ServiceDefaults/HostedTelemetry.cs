using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClusterSearch.ServiceDefaults;

/// <summary>For generic hosts: the same configuration as <see cref="TelemetryExport"/>, its providers started and stopped with the host.</summary>
/// <remarks>Built with <c>-p:FullFeed=true</c> only: OpenTelemetry.Extensions.Hosting does not restore from every feed.</remarks>
public static class HostedTelemetry
{
    /// <summary>Does nothing unless <see cref="TelemetryExport.IsConfigured"/>.</summary>
    public static IServiceCollection AddClusterSearchTelemetry(this IServiceCollection services, string serviceName, string version)
    {
        if (!TelemetryExport.IsConfigured) return services;
        services.AddOpenTelemetry()
            .ConfigureResource(resource => TelemetryConfiguration.Resource(resource.Clear(), serviceName, version))
            .WithTracing(traces => TelemetryConfiguration.Traces(traces))
            .WithMetrics(metrics => TelemetryConfiguration.Metrics(metrics));
        services.AddLogging(logging => logging.AddOpenTelemetry(TelemetryConfiguration.Logs));
        return services;
    }
}
