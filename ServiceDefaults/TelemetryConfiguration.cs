using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ClusterSearch.ServiceDefaults;

/// <summary>What is exported, and how it names its process: the one configuration, whoever builds the providers.</summary>
internal static class TelemetryConfiguration
{
    // ASP.NET Core begins a query's trace, or goes on with its caller's; Milvus is reached by HTTP; Orleans carries traces between silos.
    private static readonly string[] Sources = [Telemetry.SourceName, "Microsoft.AspNetCore", "System.Net.Http", "Microsoft.Orleans.*"];

    private static readonly string[] Meters =
    [
        Telemetry.SourceName, "System.Runtime", "Npgsql", "Microsoft.Orleans",
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http",
    ];

    // From milliseconds, for searches, to the minutes that a chunk takes.
    private static readonly double[] SecondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    /// <summary>OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over what is given here.</summary>
    public static ResourceBuilder Resource(ResourceBuilder resource, string serviceName, string version) => resource
        .AddService(serviceName, serviceVersion: version, serviceInstanceId: $"{Environment.MachineName}/{Environment.ProcessId}")
        .AddTelemetrySdk().AddEnvironmentVariableDetector();

    public static TracerProviderBuilder Traces(TracerProviderBuilder traces) => traces.AddSource(Sources).AddOtlpExporter();

    public static MeterProviderBuilder Metrics(MeterProviderBuilder metrics) => metrics.AddMeter(Meters)
        .AddView(instrument => instrument.Meter.Name == Telemetry.SourceName && instrument is System.Diagnostics.Metrics.Histogram<double>
            ? new ExplicitBucketHistogramConfiguration { Boundaries = SecondsBounds } : null)
        .AddOtlpExporter();

    public static void Logs(OpenTelemetryLoggerOptions logs)
    {
        logs.IncludeFormattedMessage = true;
        logs.AddOtlpExporter();
    }
}
