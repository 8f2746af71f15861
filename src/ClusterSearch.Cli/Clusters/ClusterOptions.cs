namespace ClusterSearch.Cli.Clusters;

/// <summary>What `cluster` is asked for.</summary>
internal sealed record ClusterOptions
{
    /// <summary>Absolute: of the servers' files and of <see cref="ClusterRecord"/>.</summary>
    public required string Directory { get; init; }

    /// <summary>Absolute.</summary>
    public required string Archive { get; init; }

    /// <summary>A catalogue elsewhere; null: a server of the cluster's own.</summary>
    public string? Catalog { get; init; }

    public required int WorkerCount { get; init; }

    public string? Slots { get; init; }

    /// <summary>Where the gateway listens.</summary>
    public required string Url { get; init; }

    /// <summary>"NAME=DIR", for gateway and workers.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>Folder of the Milvus scripts; null: vectors lie in the embedded index.</summary>
    public string? MilvusBundle { get; init; }

    /// <summary>"index=flat&amp;ef=512"; null: as the archive was begun.</summary>
    public string? MilvusOptions { get; init; }
}
