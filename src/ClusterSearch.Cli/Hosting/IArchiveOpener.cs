using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Cli.Hosting;

/// <summary>What a command is going to do with an archive.</summary>
internal enum OpenMode
{
    /// <summary>Ask only; the archive must be there.</summary>
    Read,

    /// <summary>Change an archive that must be there.</summary>
    Write,

    /// <summary>Change it, and make it where it is not there.</summary>
    Create,
}

/// <summary>The one way from a command to everything behind the ports.</summary>
internal interface IArchiveOpener
{
    /// <exception cref="Core.ClusterSearchException">archive.not_found unless <see cref="OpenMode.Create"/>; archive.version, archive.file_system, …</exception>
    Task<ArchiveHost> OpenAsync(string archiveDirectory, OpenMode mode, CancellationToken cancellation);

    /// <summary>For commands that need no archive.</summary>
    IModelLoader Models { get; }

    /// <summary>For commands that need no archive.</summary>
    IFootageReader Footage { get; }
}
