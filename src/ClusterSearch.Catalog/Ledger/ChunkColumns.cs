using ClusterSearch.Catalog.Rows;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Ledger;

/// <summary>A chunk as its row holds it, and what its columns are set to when it begins anew.</summary>
internal static class ChunkColumns
{
    public const string All = """
        chunk_index, first_sample, end_sample, state, token, attempts, failure_code, failure_message,
            vector_bytes, vector_sha256, sample_count, missing_samples, fingerprint, warning, lapses, crashes
        """;

    /// <summary>Assignments: as it was planned.</summary>
    public const string Fresh = """
        state = 0, attempts = 0, lapses = 0, crashes = 0, token = NULL, fingerprint = NULL, mixing_allowed = NULL, worker = NULL, warning = NULL,
        vector_bytes = NULL, vector_sha256 = NULL, sample_count = NULL, missing_samples = NULL, failure_code = NULL, failure_message = NULL
        """;

    /// <summary>Assignments: what a chunk without a lease and without a result has not.</summary>
    public const string NotHeld = "token = NULL, lease_until = NULL, fingerprint = NULL, mixing_allowed = NULL, worker = NULL";

    public static ChunkRecord Read<TRow>(TRow row) where TRow : struct, IRow => new()
    {
        Chunk = new Chunk(row.Int32(0), new SampleRange(row.Int64(1), row.Int64(2))),
        State = (ChunkState)row.Int32(3),
        Token = row.TextOrNull(4),
        Attempts = row.Int32(5),
        Lapses = row.Int32(14),
        IsSuspect = row.Int32(15) > 0,
        Failure = row.TextOrNull(6) is { } code ? new Failure(code, row.Text(7)) : null,
        Result = row.IsNull(8) ? null : new ChunkResult(
            new RawVectorReceipt(row.Int64(8), row.Text(9)), row.Int64(10), row.Int64(11), row.Text(12), row.TextOrNull(13)),
    };
}
