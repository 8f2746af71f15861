using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
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
        // OTEL_SERVICE_NAME, read by the detector that CreateDefault adds, wins over the name given here.
        var resource = ResourceBuilder.CreateEmpty().AddService(serviceName, serviceVersion: version)
            .AddTelemetrySdk().AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
            .AddSource(Telemetry.SourceName).AddOtlpExporter().Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter(Telemetry.SourceName, "System.Runtime").AddOtlpExporter().Build();
        Logs = LoggerFactory.Create(logging => logging.AddOpenTelemetry(options =>
        {
            options.SetResourceBuilder(resource);
            options.IncludeFormattedMessage = true;
            options.AddOtlpExporter();
        }));
    }

    /// <summary>Loggers whose records are exported.</summary>
    public ILoggerFactory Logs { get; }

    /// <returns>Null when no endpoint is configured or OTEL_SDK_DISABLED is true.</returns>
    public static TelemetryExport? StartIfConfigured(string serviceName, string version)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)) return null;
        return EndpointVariables.Any(name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)))
            ? new TelemetryExport(serviceName, version)
            : null;
    }

    /// <summary>Flushes what is left.</summary>
    public void Dispose()
    {
        Logs.Dispose();
        _traces.Dispose();
        _metrics.Dispose();
    }
}
