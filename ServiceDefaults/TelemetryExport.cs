using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ClusterSearch.ServiceDefaults;

/// <summary>
/// Exports traces, metrics and logs by OTLP as the standard environment variables say (OTEL_EXPORTER_OTLP_ENDPOINT and
/// its siblings, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_SDK_DISABLED). Without an endpoint nothing is started,
/// so that a short command pays nothing.
/// </summary>
public sealed class TelemetryExport : IDisposable
{
    private static readonly string[] EndpointVariables =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    ];

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private TelemetryExport(string serviceName, string version)
    {
        var resource = TelemetryConfiguration.Resource(ResourceBuilder.CreateEmpty(), serviceName, version);
        _traces = TelemetryConfiguration.Traces(Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)).Build();
        _metrics = TelemetryConfiguration.Metrics(Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)).Build();
        Logs = LoggerFactory.Create(logging => logging.AddOpenTelemetry(options =>
        {
            options.SetResourceBuilder(resource);
            TelemetryConfiguration.Logs(options);
        }));
    }

    /// <summary>Loggers whose records are exported.</summary>
    public ILoggerFactory Logs { get; }

    /// <summary>Whether an endpoint is configured and OTEL_SDK_DISABLED is not true.</summary>
    public static bool IsConfigured =>
        !string.Equals(Environment.GetEnvironmentVariable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && EndpointVariables.Any(name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)));

    /// <returns>Null unless <see cref="IsConfigured"/>.</returns>
    public static TelemetryExport? StartIfConfigured(string serviceName, string version) =>
        IsConfigured ? new TelemetryExport(serviceName, version) : null;

    /// <summary>Flushes what is left.</summary>
    public void Dispose()
    {
        Logs.Dispose();
        _traces.Dispose();
        _metrics.Dispose();
    }
}
