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
    /// <summary>Precision variant; null chooses by what the directory holds.</summary>
    public string? Precision { get; init; }

    /// <summary>"cpu" or "cuda".</summary>
    public string Provider { get; init; } = "cpu";

    public int DeviceId { get; init; }

    /// <summary>Threads inside one run; 0 takes all cores.</summary>
    public int IntraOpThreads { get; init; }

    /// <summary>Where canary passes are remembered; null remembers nothing.</summary>
    public string? CacheDirectory { get; init; }
}
