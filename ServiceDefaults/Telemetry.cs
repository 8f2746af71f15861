using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ClusterSearch.ServiceDefaults;

/// <summary>
/// The one catalogue of telemetry names; docs/telemetry.md lists the same ones for people. Spans and instruments are named
/// <c>clustersearch.…</c>; attributes carry ids and words of this catalogue, never file contents, paths or query texts.
/// </summary>
public static partial class Telemetry
{
    public const string SourceName = "ClusterSearch";

    public static readonly ActivitySource Source = new(SourceName);

    public static readonly Meter Meter = new(SourceName);

    // ---- Ingestion -----------------------------------------------------------------------------------------------

    /// <summary>Samples embedded, by encoding and device: its rate is embeddings per second.</summary>
    public static readonly Counter<long> SamplesEmbedded =
        Meter.CreateCounter<long>("clustersearch.samples.embedded", "{sample}", "Samples embedded.");

    public static readonly Counter<long> SamplesIndexed =
        Meter.CreateCounter<long>("clustersearch.samples.indexed", "{sample}", "Samples written to the vector store.");

    /// <summary>By encoding and device. Its rate is hours ingested per hour.</summary>
    public static readonly Counter<double> FootageEmbedded =
        Meter.CreateCounter<double>("clustersearch.footage.embedded", "s", "Seconds of footage embedded.");

    /// <summary>Over a run, or over the time that the workers now alive have lived.</summary>
    public static readonly Gauge<double> IngestRate =
        Meter.CreateGauge<double>("clustersearch.ingest.rate", "h/h", "Hours of footage ingested per hour.");

    /// <summary>Chunks by outcome: Embedded, Failed, Fenced.</summary>
    public static readonly Counter<long> Chunks =
        Meter.CreateCounter<long>("clustersearch.chunks", "{chunk}", "Chunks by outcome.");

    public static readonly Counter<long> FileFailures =
        Meter.CreateCounter<long>("clustersearch.files.failed", "{file}", "Files that could not be ingested, by error code.");

    public static readonly Counter<long> FramesDecoded =
        Meter.CreateCounter<long>("clustersearch.frames.decoded", "{frame}", "Frames decoded, those before a chunk's first sample included.");

    /// <summary>Near the bound in "prepared" the encoder is what waits for nobody; near zero the decoder is.</summary>
    public static readonly UpDownCounter<long> PipelineDepth =
        Meter.CreateUpDownCounter<long>("clustersearch.pipeline.depth", "{frame}", "Frames waiting in the bounded queues between decoder, preprocessing and encoder.");

    /// <summary>Parts of the archive that were asked and did not answer in time.</summary>
    public static readonly Counter<long> ShardsUnanswered =
        Meter.CreateCounter<long>("clustersearch.shards.unanswered", "{shard}", "Parts of the archive that did not answer a query in time.");

    public static readonly Histogram<double> ChunkDuration =
        Meter.CreateHistogram<double>("clustersearch.chunk.duration", "s", "Wall time of a chunk, from claim to commit.");

    public static readonly Histogram<double> EncodeDuration =
        Meter.CreateHistogram<double>("clustersearch.encode.duration", "s", "Time of one batch in the vision tower.");

    public static readonly Histogram<double> AggregateDuration =
        Meter.CreateHistogram<double>("clustersearch.aggregate.duration", "s", "Time of one aggregation step.");

    // ---- Models --------------------------------------------------------------------------------------------------

    public static readonly Counter<long> Canaries =
        Meter.CreateCounter<long>("clustersearch.canaries", "{canary}", "Canaries of models that were loaded, by outcome: passed or failed.");

    /// <summary>0: as ever; 2: opposite. See docs/telemetry.md for what it means.</summary>
    public static readonly Gauge<double> EmbeddingDrift =
        Meter.CreateGauge<double>("clustersearch.embedding.drift", "1", "Cosine distance between the mean of recent embeddings and the mean of long.");

    // ---- The archive as a whole ----------------------------------------------------------------------------------

    public static readonly Gauge<long> LedgerChunks =
        Meter.CreateGauge<long>("clustersearch.ledger.chunks", "{chunk}", "Chunks of the ledger by encoding and state: pending, leased, embedded, indexed, quarantined.");

    public static readonly Gauge<double> LedgerLeft =
        Meter.CreateGauge<double>("clustersearch.ledger.left", "s", "Seconds of footage left to embed.");

    public static readonly Gauge<long> Takeovers =
        Meter.CreateGauge<long>("clustersearch.leases.takeovers", "{lease}", "Leases that were taken over or freed from lost workers, ever since.");

    public static readonly Gauge<long> Workers =
        Meter.CreateGauge<long>("clustersearch.workers", "{worker}", "Worker processes by state; those that fell silent are lost.");

    public static readonly Gauge<long> IndexSize =
        Meter.CreateGauge<long>("clustersearch.index.size", "By", "Bytes of the embedded index.");

    public static readonly Gauge<long> IndexSamples =
        Meter.CreateGauge<long>("clustersearch.index.samples", "{sample}", "Samples that can be searched, by encoding.");

    // ---- Searches ------------------------------------------------------------------------------------------------

    public static readonly Histogram<double> SearchDuration =
        Meter.CreateHistogram<double>("clustersearch.search.duration", "s", "Time of one search.");

    public static readonly Histogram<double> StageDuration =
        Meter.CreateHistogram<double>("clustersearch.search.stage.duration", "s", "Time of one stage of a search: wait, embed, find, moments.");
}
