using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Remote;

namespace ClusterSearch.Hosting;

/// <summary>What a command is going to do with an archive.</summary>
public enum OpenMode
{
    /// <summary>Ask only; the archive must be there.</summary>
    Read,

    /// <summary>Change an archive that must be there.</summary>
    Write,

    /// <summary>Change it, and make it where it is not there.</summary>
    Create,

    /// <summary>Work for it as one of several processes; as <see cref="Create"/>, and only with a catalogue that can be shared.</summary>
    Work,
}

/// <summary>Where an archive is.</summary>
/// <param name="Directory">Of its index and vectors, absolute.</param>
/// <param name="Catalog">"Host=…;Database=…" or postgres://…; null: as the directory says, in itself if it says nothing.</param>
public sealed record ArchiveAddress(string Directory, string? Catalog)
{
    /// <summary>"milvus:http://host:19530" or "embedded"; null: as the directory says, in itself if it says nothing.</summary>
    public string? Vectors { get; init; }

    /// <summary>The vectors are going to be written anew where <see cref="Vectors"/> says, wherever they were.</summary>
    public bool MovesVectors { get; init; }

    /// <summary>What its models run on.</summary>
    public ModelOptions Execution { get; init; } = new();

    /// <summary>Whoever serves it; null: it is opened here.</summary>
    public RemoteAddress? Gateway { get; init; }
    /// <summary>What the process is called in telemetry, unless OTEL_SERVICE_NAME says.</summary>
    public string Service { get; init; } = "clustersearch";
}

/// <summary>The one way from a command to everything behind the ports.</summary>
public interface IArchiveOpener
{
    /// <exception cref="Core.ClusterSearchException">archive.not_found unless it may be made; request.invalid for a catalogue that does not serve; archive.version, archive.file_system, …</exception>
    Task<ArchiveHost> OpenAsync(ArchiveAddress address, OpenMode mode, CancellationToken cancellation);

    /// <summary>For commands that need no archive.</summary>
    IModelLoader Models { get; }

    /// <summary>For commands that need no archive.</summary>
    IFootageReader Footage { get; }
}
