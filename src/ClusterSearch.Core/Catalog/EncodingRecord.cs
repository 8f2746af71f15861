using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Core.Catalog;

/// <param name="IsActive">Whether searches use it.</param>
public sealed record EncodingRecord(Encoding Encoding, bool IsActive);
