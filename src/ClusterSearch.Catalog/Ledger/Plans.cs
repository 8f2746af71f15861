using System.Buffers.Binary;
using ClusterSearch.Catalog.Encodings;
using ClusterSearch.Catalog.Storage;
using ClusterSearch.Catalog.Videos;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Ledger;

/// <summary>How videos are split. A plan is made once and never changes; only its chunks' states do.</summary>
internal static class Plans
{
    /// <summary>SQL for the plan of a video in an encoding.</summary>
    public const string NumberOf = "(SELECT number FROM plan WHERE encoding = $encoding AND video = $video)";

    public static VideoPlan Plan(Session session, VideoId video, string encodingId, IReadOnlyList<Chunk> chunks, long[]? listedTicks)
    {
        if (Find(session, video, encodingId) is { } existing) return existing;
        VideoRows.Require(session, video);
        EncodingRows.Require(session, encodingId);
        var number = session.First(
            "INSERT INTO plan (encoding, video, duration_us, planned_samples) SELECT $encoding, id, duration_us, $samples FROM video WHERE id = $video RETURNING number",
            row => row.Int64(0),
            ("$encoding", encodingId), ("$video", video.Value), ("$samples", chunks.Sum(chunk => chunk.Samples.Count)));
        foreach (var chunk in chunks)
            session.Execute("INSERT INTO chunk (plan, chunk_index, first_sample, end_sample) VALUES ($plan, $index, $first, $end)",
                ("$plan", number), ("$index", chunk.Index), ("$first", chunk.Samples.First), ("$end", chunk.Samples.End));
        if (listedTicks is not null)
            session.Execute("INSERT INTO plan_ticks (plan, ticks) VALUES ($plan, $ticks)", ("$plan", number), ("$ticks", ToBytes(listedTicks)));
        return new VideoPlan(video, encodingId, [.. chunks], listedTicks);
    }

    public static VideoPlan? Find(Session session, VideoId video, string encodingId)
    {
        var number = session.First<long?>("SELECT number FROM plan WHERE encoding = $encoding AND video = $video",
            row => row.Int64(0), ("$encoding", encodingId), ("$video", video.Value));
        if (number is null) return null;
        var chunks = session.List("SELECT chunk_index, first_sample, end_sample FROM chunk WHERE plan = $plan ORDER BY chunk_index",
            row => new Chunk(row.Int32(0), new SampleRange(row.Int64(1), row.Int64(2))), ("$plan", number));
        var ticks = session.First("SELECT ticks FROM plan_ticks WHERE plan = $plan",
            row => ToTicks(row.Bytes(0)), ("$plan", number));
        return new VideoPlan(video, encodingId, chunks, ticks);
    }

    public static List<VideoPlanSummary> List(Session session, string encodingId) => session.List("""
        SELECT video, planned_samples, embedded_samples, pending, leased, embedded, indexed, quarantined
        FROM plan WHERE encoding = $encoding ORDER BY video
        """,
        row => new VideoPlanSummary(VideoId.Parse(row.Text(0)), row.Int64(1), row.Int64(2), new Dictionary<ChunkState, int>
        {
            [ChunkState.Pending] = row.Int32(3),
            [ChunkState.Leased] = row.Int32(4),
            [ChunkState.Embedded] = row.Int32(5),
            [ChunkState.Indexed] = row.Int32(6),
            [ChunkState.Quarantined] = row.Int32(7),
        }), ("$encoding", encodingId));

    public static List<VideoId> ListToAggregate(Session session, string encodingId) => session.List(
        "SELECT video FROM plan WHERE encoding = $encoding AND embedded > 0 ORDER BY number",
        row => VideoId.Parse(row.Text(0)), ("$encoding", encodingId));

    /// <exception cref="ArgumentException">Not chunks 0, 1, … whose samples follow each other without a hole, or none at all.</exception>
    public static void Validate(IReadOnlyList<Chunk> chunks)
    {
        if (chunks.Count == 0) throw new ArgumentException("a plan has at least one chunk", nameof(chunks));
        for (var i = 0; i < chunks.Count; i++)
            if (chunks[i].Index != i || chunks[i].Samples.IsEmpty || (i > 0 && chunks[i].Samples.First != chunks[i - 1].Samples.End))
                throw new ArgumentException($"chunks are numbered from 0, follow each other and hold samples, found {chunks[i]} as number {i}", nameof(chunks));
    }

    private static byte[] ToBytes(long[] ticks)
    {
        var bytes = new byte[ticks.Length * sizeof(long)];
        for (var i = 0; i < ticks.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), ticks[i]);
        return bytes;
    }

    private static long[] ToTicks(byte[] bytes)
    {
        var ticks = new long[bytes.Length / sizeof(long)];
        for (var i = 0; i < ticks.Length; i++) ticks[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * sizeof(long)));
        return ticks;
    }
}
