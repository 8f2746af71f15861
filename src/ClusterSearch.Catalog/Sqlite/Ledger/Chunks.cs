using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Sqlite.Videos;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Sqlite.Ledger;

/// <summary>What happens to chunks that nobody holds: aggregation, lost vector files, another try.</summary>
internal static class Chunks
{
    private const string Fresh = """
        state = 0, attempts = 0, lapses = 0, crashes = 0, token = NULL, fingerprint = NULL, mixing_allowed = NULL, worker = NULL, warning = NULL,
        vector_bytes = NULL, vector_sha256 = NULL, sample_count = NULL, missing_samples = NULL, failure_code = NULL, failure_message = NULL
        """;

    public static List<ChunkRecord> List(Session session, VideoId video, string encodingId) => session.List($"""
        SELECT chunk_index, first_sample, end_sample, state, token, attempts, failure_code, failure_message,
            vector_bytes, vector_sha256, sample_count, missing_samples, fingerprint, warning, lapses, crashes
        FROM chunk WHERE plan = {Plans.NumberOf} ORDER BY chunk_index
        """, Read, ("$video", video.Value), ("$encoding", encodingId));

    public static void MarkIndexed(Session session, VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes)
    {
        foreach (var index in chunkIndexes)
            session.Execute($"UPDATE chunk SET state = 3 WHERE plan = {Plans.NumberOf} AND chunk_index = $index AND state = 2",
                ("$video", video.Value), ("$encoding", encodingId), ("$index", index));
    }

    public static void UnmarkIndexed(Session session, VideoId? video, string encodingId)
    {
        if (video is { } one)
            session.Execute($"UPDATE chunk SET state = 2 WHERE plan = {Plans.NumberOf} AND state = 3", ("$video", one.Value), ("$encoding", encodingId));
        else
            session.Execute("UPDATE chunk SET state = 2 WHERE plan IN (SELECT number FROM plan WHERE encoding = $encoding AND indexed > 0) AND state = 3",
                ("$encoding", encodingId));
    }

    public static void Requeue(Session session, VideoId video, string encodingId, IReadOnlyList<int> chunkIndexes)
    {
        foreach (var index in chunkIndexes)
            session.Execute($"UPDATE chunk SET {Fresh} WHERE plan = {Plans.NumberOf} AND chunk_index = $index AND state IN (2, 3)",
                ("$video", video.Value), ("$encoding", encodingId), ("$index", index));
    }

    public static int Retry(Session session, VideoId? video)
    {
        if (video is not { } one)
        {
            FailureRows.ClearAll(session);
            return session.Execute($"UPDATE chunk SET {Fresh} WHERE plan IN (SELECT number FROM plan WHERE quarantined > 0) AND state = 4");
        }
        FailureRows.ClearOf(session, one);
        return session.Execute($"UPDATE chunk SET {Fresh} WHERE plan IN (SELECT number FROM plan WHERE video = $video AND quarantined > 0) AND state = 4",
            ("$video", one.Value));
    }

    private static ChunkRecord Read(Row row) => new()
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
