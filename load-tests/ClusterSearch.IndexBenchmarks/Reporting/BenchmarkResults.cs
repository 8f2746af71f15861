using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClusterSearch.IndexBenchmarks.Measuring;

namespace ClusterSearch.IndexBenchmarks.Reporting;

/// <summary>All that one run measured, and on what.</summary>
internal sealed record BenchmarkResults(
    long Samples, int Dimension, ulong Seed, string Model, MachineFacts Machine, BuildReport Build, SearchReport Search, IngestReport Ingest)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

internal sealed record MachineFacts(string Processor, int Cores, double MemoryGiB, string System, string Runtime, DateTimeOffset MeasuredAt)
{
    public static MachineFacts Of(TimeProvider time) => new(
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30),
        RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, time.GetUtcNow());
}
