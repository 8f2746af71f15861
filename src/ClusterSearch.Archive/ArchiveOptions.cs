using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Archive;

/// <summary>Where an archive lies on this host, and what it falls back to.</summary>
public sealed record ArchiveOptions
{
    /// <summary>The archive directory, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>Model directory of an archive's first ingest when none is named.</summary>
    public required string DefaultModelDirectory { get; init; }

    /// <summary>Model directories of this machine: one that carries an encoding's model under its name stands in for a directory that is gone.</summary>
    public IReadOnlyList<string> ModelDirectories { get; init; } = [];

    /// <summary>What models run on; precision and cache are the archive's.</summary>
    public ModelOptions Execution { get; init; } = new();

    /// <summary>A chunk whose worker fell silent is given to another after this time.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(60);

    public string CatalogPath => Path.Combine(Directory, "catalog.db");

    public string IndexDirectory => Path.Combine(Directory, "index");

    public string VectorDirectory => Path.Combine(Directory, "vectors");

    public string CacheDirectory => Path.Combine(Directory, "cache");

    public string IngestLockPath => Path.Combine(Directory, "ingest.lock");
}
