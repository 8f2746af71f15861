using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using ClusterSearch.ServiceDefaults;
using ClusterSearch.Testing;

namespace ClusterSearch.Archive.Tests;

/// <summary>Every stage tells what it does, under the names of the one catalogue.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Every_span_and_instrument_of_the_catalogue_is_seen()
    {
        var spans = new ConcurrentDictionary<string, int>();
        var instruments = new ConcurrentDictionary<string, int>();
        using var tracing = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => spans.AddOrUpdate(activity.OperationName, 1, (_, count) => count + 1),
        };
        ActivitySource.AddActivityListener(tracing);
        using var metering = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == Telemetry.SourceName) listener.EnableMeasurementEvents(instrument);
            },
        };
        metering.SetMeasurementEventCallback<long>((instrument, _, _, _) => instruments[instrument.Name] = 1);
        metering.SetMeasurementEventCallback<double>((instrument, _, _, _) => instruments[instrument.Name] = 1);
        metering.Start();

        using var directory = new TemporaryDirectory();
        await using var archive = await TestArchive.OpenAsync(directory.File("archive"));
        await archive.IngestAsync(Path.Combine(TestAssets.Samples, "bunny.mp4"), directory.File("missing.mp4"));
        await archive.SearchAsync("a rabbit");
        await archive.Ingestion.ReindexAsync(new Progress<IngestProgress>(), CancellationToken.None);
        await archive.Ingestion.VerifyAsync(digest: false, CancellationToken.None);

        var names = typeof(Telemetry.Spans).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);
        // A shard is a part of a cluster; its span is seen there.
        Assert.Empty(names.Except(spans.Keys).Except([Telemetry.Spans.Shard]));
        string[] expected =
        [
            "clustersearch.samples.embedded", "clustersearch.samples.indexed", "clustersearch.footage.embedded", "clustersearch.chunks",
            "clustersearch.files.failed", "clustersearch.frames.decoded", "clustersearch.chunk.duration", "clustersearch.encode.duration",
            "clustersearch.aggregate.duration", "clustersearch.search.duration",
        ];
        Assert.Empty(expected.Except(instruments.Keys));
    }
}
