namespace ClusterSearch.ServiceDefaults;

public static partial class Telemetry
{
    /// <summary>Span names.</summary>
    public static class Spans
    {
        /// <summary>One run of `ingest`; its spans are about files, each video goes on in a trace of its own.</summary>
        public const string Ingest = "clustersearch.ingest";

        /// <summary>One file made known: fingerprint, probe.</summary>
        public const string Register = "clustersearch.register";

        /// <summary>The root of a video's trace in one encoding: split into chunks. Links to the registration.</summary>
        public const string Plan = "clustersearch.plan";

        /// <summary>One chunk, from claim to commit. Child of the plan, in whatever process.</summary>
        public const string ChunkWork = "clustersearch.chunk";

        /// <summary>Decoding, preprocessing and encoding of a chunk.</summary>
        public const string ChunkEmbed = "clustersearch.chunk.embed";

        /// <summary>Writing a chunk's vector file and the ledger's commit.</summary>
        public const string ChunkCommit = "clustersearch.chunk.commit";

        /// <summary>Embedded chunks cut into shots and written to the vector store. Child of the plan, in whatever process.</summary>
        public const string Aggregate = "clustersearch.aggregate";

        public const string Search = "clustersearch.search";
        public const string EmbedQuery = "clustersearch.search.embed";
        public const string Find = "clustersearch.search.find";

        /// <summary>One shard asked for its best units; the embedded index is one shard.</summary>
        public const string Shard = "clustersearch.search.shard";

        public const string Moments = "clustersearch.search.moments";
        public const string Reindex = "clustersearch.reindex";
        public const string Verify = "clustersearch.verify";
    }

    /// <summary>Attribute names of spans and instruments.</summary>
    public static class Attributes
    {
        public const string Video = "clustersearch.video";
        public const string Encoding = "clustersearch.encoding";

        /// <summary>A chunk's number within its video's plan.</summary>
        public const string Chunk = "clustersearch.chunk";

        /// <summary>The numbers of the chunks that became searchable, "0-3".</summary>
        public const string Chunks = "clustersearch.chunks";

        public const string Samples = "clustersearch.samples";
        public const string Outcome = "clustersearch.outcome";
        public const string ErrorCode = "error.type";
        public const string Top = "clustersearch.top";
        public const string Units = "clustersearch.units";
        public const string Shots = "clustersearch.shots";

        /// <summary>What a model runs on, such as cpu/avx2.</summary>
        public const string Device = "clustersearch.device";

        /// <summary>wait, embed, find or moments.</summary>
        public const string Stage = "clustersearch.stage";

        /// <summary>Which of a query's shards; "index" for the embedded one.</summary>
        public const string Shard = "clustersearch.shard";

        /// <summary>decoded or prepared.</summary>
        public const string Queue = "clustersearch.queue";

        /// <summary>A chunk's or a worker's state.</summary>
        public const string State = "clustersearch.state";
    }
}
