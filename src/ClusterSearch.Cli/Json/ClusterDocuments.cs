namespace ClusterSearch.Cli.Json;

/// <summary>A cluster that is ready.</summary>
/// <param name="Catalog">Of the archive; never with a password.</param>
/// <param name="Milvus">Its address; null where the vectors lie in the embedded index.</param>
internal sealed record ClusterDocument(
    string Directory, string Archive, string Catalog, string Gateway, string? Milvus, IReadOnlyList<ClusterMemberDocument> Members) : Document;

internal sealed record ClusterMemberDocument(string Name, int ProcessId);
