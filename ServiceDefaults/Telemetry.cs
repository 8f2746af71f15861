using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ClusterSearch.ServiceDefaults;

/// <summary>
/// The one catalogue of telemetry names. Spans and instruments are named <c>clustersearch.stage</c>; attributes carry
/// ids, never file contents or query texts.
/// </summary>
public static class Telemetry
{
    public const string SourceName = "ClusterSearch";

    public static readonly ActivitySource Source = new(SourceName);

    public static readonly Meter Meter = new(SourceName);

    /// <summary>Span names.</summary>
    public static class Spans
    {
        public const string Ingest = "clustersearch.ingest";
        public const string Register = "clustersearch.register";
        public const string ChunkWork = "clustersearch.chunk";
        public const string Aggregate = "clustersearch.aggregate";
        public const string Search = "clustersearch.search";
        public const string EmbedQuery = "clustersearch.search.embed";
        public const string Find = "clustersearch.search.find";
        public const string Moments = "clustersearch.search.moments";
        public const string Shard = "clustersearch.search.shard";
        public const string Reindex = "clustersearch.reindex";
        public const string Verify = "clustersearch.verify";
    }

    /// <summary>Attribute names of spans and instruments.</summary>
    public static class Attributes
    {
        public const string Video = "clustersearch.video";
        public const string Encoding = "clustersearch.encoding";
        public const string Chunk = "clustersearch.chunk";
        public const string Samples = "clustersearch.samples";
        public const string Outcome = "clustersearch.outcome";
        public const string ErrorCode = "error.type";
        public const string Top = "clustersearch.top";
        public const string Units = "clustersearch.units";
        public const string Shots = "clustersearch.shots";
        public const string Shard = "clustersearch.shard";
    }

    /// <summary>Samples embedded.</summary>
    public static readonly Counter<long> SamplesEmbedded =
        Meter.CreateCounter<long>("clustersearch.samples.embedded", "{sample}", "Samples embedded.");

    /// <summary>Samples written to the vector store.</summary>
    public static readonly Counter<long> SamplesIndexed =
        Meter.CreateCounter<long>("clustersearch.samples.indexed", "{sample}", "Samples written to the vector store.");

    /// <summary>Footage embedded.</summary>
    public static readonly Counter<double> FootageEmbedded =
        Meter.CreateCounter<double>("clustersearch.footage.embedded", "s", "Seconds of footage embedded.");

    /// <summary>Chunks by outcome: embedded, failed, quarantined, released, fenced.</summary>
    public static readonly Counter<long> Chunks =
        Meter.CreateCounter<long>("clustersearch.chunks", "{chunk}", "Chunks by outcome.");

    /// <summary>Files that could not be ingested, by error code.</summary>
    public static readonly Counter<long> FileFailures =
        Meter.CreateCounter<long>("clustersearch.files.failed", "{file}", "Files that could not be ingested.");

    /// <summary>Frames decoded, those before a chunk's first sample included.</summary>
    public static readonly Counter<long> FramesDecoded =
        Meter.CreateCounter<long>("clustersearch.frames.decoded", "{frame}", "Frames decoded.");

    /// <summary>Parts of the archive that were asked and did not answer in time.</summary>
    public static readonly Counter<long> ShardsUnanswered =
        Meter.CreateCounter<long>("clustersearch.shards.unanswered", "{shard}", "Parts of the archive that did not answer a query in time.");

    public static readonly Histogram<double> ChunkDuration =
        Meter.CreateHistogram<double>("clustersearch.chunk.duration", "s", "Wall time of a chunk, from claim to commit.");

    public static readonly Histogram<double> EncodeDuration =
        Meter.CreateHistogram<double>("clustersearch.encode.duration", "s", "Time of one batch in the vision tower.");

    public static readonly Histogram<double> AggregateDuration =
        Meter.CreateHistogram<double>("clustersearch.aggregate.duration", "s", "Time of one aggregation step.");

    public static readonly Histogram<double> SearchDuration =
        Meter.CreateHistogram<double>("clustersearch.search.duration", "s", "Time of one search.");
}
