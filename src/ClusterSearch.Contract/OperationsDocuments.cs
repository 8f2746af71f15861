namespace ClusterSearch.Contract;

public sealed record KeyBody(string? Key);

/// <param name="Role">What the caller may do: "read", "ingest" or "admin".</param>
/// <param name="MaximumMoments">The most that a search gives over all its pages.</param>
public sealed record AboutDocument(string Version, string Role, bool KeysNeeded, bool Uploads, long MaximumUploadBytes, int MaximumMoments) : Document;

public sealed record EncodingsDocument(IReadOnlyList<EncodingStateDocument> Encodings) : Document;

public sealed record EncodingStateDocument(EncodingDocument Encoding, bool Active, int CompleteVideos, int TotalVideos, long Samples);

public sealed record HealthDocument(string Status) : Document;

/// <summary>What the gateway measures, by the names of its telemetry.</summary>
/// <param name="At">Seconds since 1970.</param>
public sealed record OperationsDocument(
    double At, double UptimeSeconds, LatencyDocument Latency, long Searches, long SamplesEmbedded, double FootageEmbeddedSeconds,
    IndexDocument Index, long Failures, long MemoryBytes, IReadOnlyList<WorkerFiguresDocument> Workers, ChunkCountsDocument Chunks) : Document;

/// <summary>Milliseconds over the last ten minutes; null where nothing was asked.</summary>
public sealed record LatencyDocument(double? P50, double? P95, double? P99);

public sealed record IndexDocument(long Bytes, long Samples);

/// <param name="State">"starting", "working", "idle", "stopping", "stopped", "faulted" or "lost".</param>
public sealed record WorkerFiguresDocument(string Name, string State, string? Device, long? Samples);
