namespace ClusterSearch.Testing;

/// <summary>The folder with start-milvus.sh: CLUSTERSEARCH_MILVUS_SERVER names it, or it lies beside the repository as shared/servers/milvus.</summary>
public static class MilvusScripts
{
    private static readonly string Named = Environment.GetEnvironmentVariable("CLUSTERSEARCH_MILVUS_SERVER") is { Length: > 0 } named
        ? named : Path.Combine(TestAssets.Shared, "servers", "milvus");

    /// <summary>Null where there is none.</summary>
    public static string? Folder { get; } = File.Exists(Path.Combine(Named, "start-milvus.sh")) ? Named : null;

    /// <summary>Why they can start no server here; null when they can.</summary>
    public static string? Missing { get; } = FindMissing();

    private static string? FindMissing()
    {
        if (Folder is null) return "needs a Milvus server: CLUSTERSEARCH_MILVUS_SERVER with the folder of start-milvus.sh";
        if (!OperatingSystem.IsLinux()) return "needs Linux for the Milvus server";
        return Array.Find(["unzip", "xz", "setsid", "flock"], tool => ProgramPath.Find(tool) is null) is { } tool
            ? $"needs {tool} to start Milvus: apt-get install unzip xz-utils util-linux" : null;
    }
}
