using ClusterSearch.Catalog.Ledger;
using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Catalog.Sqlite.Videos;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Sqlite.Ledger;

/// <summary>What happens to chunks that nobody holds: aggregation, lost vector files, another try.</summary>
internal static class Chunks
{
    public static List<ChunkRecord> List(Session session, VideoId video, string encodingId) => session.List($"""
        SELECT {ChunkColumns.All}
        FROM chunk WHERE plan = {Plans.NumberOf} ORDER BY chunk_index
        """, ChunkColumns.Read, ("$video", video.Value), ("$encoding", encodingId));

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
            session.Execute($"UPDATE chunk SET {ChunkColumns.Fresh} WHERE plan = {Plans.NumberOf} AND chunk_index = $index AND state IN (2, 3)",
                ("$video", video.Value), ("$encoding", encodingId), ("$index", index));
    }

    public static int Retry(Session session, VideoId? video)
    {
        if (video is not { } one)
        {
            FailureRows.ClearAll(session);
            return session.Execute($"UPDATE chunk SET {ChunkColumns.Fresh} WHERE plan IN (SELECT number FROM plan WHERE quarantined > 0) AND state = 4");
        }
        FailureRows.ClearOf(session, one);
        return session.Execute($"UPDATE chunk SET {ChunkColumns.Fresh} WHERE plan IN (SELECT number FROM plan WHERE video = $video AND quarantined > 0) AND state = 4",
            ("$video", one.Value));
    }
}
