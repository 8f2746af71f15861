using ClusterSearch.Archive.Working;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClusterSearch.Archive;

/// <summary>The adapters that a host plugs into the use cases.</summary>
public sealed record ArchivePorts
{
    public required ICatalog Catalog { get; init; }

    public required IVectorStore Vectors { get; init; }

    public required IRawVectorStore RawVectors { get; init; }

    public required IFootageReader Footage { get; init; }

    public required IModelLoader Models { get; init; }

    /// <summary>Null where one process does everything; else the archive is shared by processes, and this is how one of them comes to write the index.</summary>
    public IndexWriterRole? Writer { get; init; }

    /// <summary>Told what others may want to know soon; null where nobody else works.</summary>
    public IWorkHints? Hints { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;
}
