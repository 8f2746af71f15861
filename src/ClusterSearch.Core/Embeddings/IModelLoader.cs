namespace ClusterSearch.Core.Embeddings;

/// <summary>Port that opens model directories. Refuses with a model code and one line that says which file and why.</summary>
public interface IModelLoader
{
    /// <summary>Reads the small files and, where needed, the graphs' metadata; no weights are run.</summary>
    IImageTextModel Load(string directory, ModelOptions options);
}

/// <summary>How to run a model.</summary>
public sealed record ModelOptions
{
    /// <summary>
    /// Precision variant by its name ("fp32", "fp16", "int8", "uint8", "quantized", "q4", "q4f16", "bnb4"); null takes the first that
    /// the directory holds: fp32, quantized, int8, uint8, fp16, q4, q4f16, bnb4; on CUDA fp16 before all of them.
    /// </summary>
    public string? Precision { get; init; }

    /// <summary>"cpu" or "cuda".</summary>
    public string Provider { get; init; } = "cpu";

    /// <summary>
    /// CUDA devices, all of one kind, each with its own session of the vision tower; batches go to the one that is least busy.
    /// The text tower runs on the first. Ignored on the processor.
    /// </summary>
    public IReadOnlyList<int> DeviceIds { get; init; } = [0];

    /// <summary>Bytes of a CUDA device's memory that one session may take; null: no limit.</summary>
    public long? DeviceMemoryLimit { get; init; }

    /// <summary>Whether CUDA may multiply in TF32: faster, and other bits, so another encoder fingerprint.</summary>
    public bool AllowTf32 { get; init; }

    /// <summary>Threads inside one run; 0 takes all cores.</summary>
    public int IntraOpThreads { get; init; }

    /// <summary>Where canary passes, hashes and measured logit scales are remembered; null remembers nothing.</summary>
    public string? CacheDirectory { get; init; }
}
