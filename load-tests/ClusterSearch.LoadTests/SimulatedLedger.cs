using System.Globalization;
using ClusterSearch.Catalog;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using Npgsql;

namespace ClusterSearch.LoadTests;

/// <summary>
/// A ledger in PostgreSQL as large as wanted, without footage: the first video is put and planned through the port, the others
/// are copies of its rows. What is done is done in the order in which a fair claim would do it: whole videos, the first ones.
/// </summary>
internal static class SimulatedLedger
{
    public const string EncoderFingerprint = "simulated";

    private const int SamplesPerChunk = 60;

    public static Core.Embeddings.Encoding Encoding { get; } = new()
    {
        ModelHash = new string('a', 64),
        ModelName = "simulated",
        ModelDirectory = "/models/simulated",
        Precision = "quantized",
        Dimension = 512,
        Sampling = Sampling.Default,
        Resize = ResizeMode.Exact,
    };

    /// <param name="doneFraction">Of the chunks.</param>
    public static async Task<PostgresCatalog> MakeAsync(
        string connectionString, string schema, int videos, int chunksEach, double doneFraction, int connections)
    {
        var catalog = await PostgresCatalog.OpenAsync(connectionString,
            new PostgresCatalogOptions { Schema = schema, MaximumConnections = connections }, CancellationToken.None);
        await catalog.PutEncodingAsync(Encoding, CancellationToken.None);
        await catalog.RegisterRootAsync("media", "/srv/media", CancellationToken.None);
        var first = VideoId.Parse(1.ToString("x32", CultureInfo.InvariantCulture));
        await catalog.PutVideoAsync(new VideoRecord { Id = first, Facts = Facts(chunksEach), Attributes = new VideoAttributes(null, null, null) }, CancellationToken.None);
        await catalog.RecordPlaceAsync(new PlaceRecord(new Place("media", "1.mp4"), first, 1, 1), CancellationToken.None);
        await catalog.PlanAsync(first, Encoding.Id,
            [.. Enumerable.Range(0, chunksEach).Select(i => new Chunk(i, new SampleRange(i * SamplesPerChunk, (i + 1) * SamplesPerChunk)))], null, CancellationToken.None);
        await CopyAsync(connectionString, schema, videos, (int)(videos * doneFraction));
        return catalog;
    }

    // Counters are put as they will be, so nothing needs to count them up.
    private static async Task CopyAsync(string connectionString, string schema, int videos, int videosDone)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Command Timeout=0");
        await connection.OpenAsync();
        foreach (var statement in string.Create(CultureInfo.InvariantCulture, $"""
            SET search_path = {schema};
            ALTER TABLE chunk DISABLE TRIGGER chunk_counted;
            ALTER TABLE place DISABLE TRIGGER place_changed;
            ALTER TABLE plan DISABLE TRIGGER plan_counted;
            INSERT INTO video (id, facts, duration_us) SELECT lpad(to_hex(n), 32, '0'), facts, duration_us FROM video, generate_series(2, {videos}) AS n;
            INSERT INTO place SELECT 'media', n || '.mp4', lpad(to_hex(n), 32, '0'), 1, 1 FROM generate_series(2, {videos}) AS n;
            INSERT INTO plan (encoding, video, duration_us, planned_samples, pending, is_failed)
                SELECT encoding, lpad(to_hex(n), 32, '0'), duration_us, planned_samples, pending, false FROM plan, generate_series(2, {videos}) AS n ORDER BY n;
            INSERT INTO chunk (plan, chunk_index, first_sample, end_sample)
                SELECT p.number, c.chunk_index, c.first_sample, c.end_sample FROM plan AS p, chunk AS c
                WHERE c.plan = (SELECT min(number) FROM plan) AND p.number <> c.plan ORDER BY p.number, c.chunk_index;
            UPDATE chunk SET state = 3, token = md5(plan || ' ' || chunk_index), fingerprint = '{EncoderFingerprint}', vector_bytes = 131072,
                vector_sha256 = md5('a' || plan) || md5('b' || chunk_index), sample_count = {SamplesPerChunk}, missing_samples = 0
                WHERE plan <= {videosDone};
            UPDATE plan SET pending = 0, indexed = pending, embedded_samples = planned_samples, indexed_samples = planned_samples, encoder = '{EncoderFingerprint}'
                WHERE number <= {videosDone};
            UPDATE encoding_totals AS t SET (chunks, indexed, videos, ingesting, searchable, indexed_samples, duration_us) = (
                SELECT coalesce(sum(pending + indexed), 0), coalesce(sum(indexed), 0), count(*), count(*) FILTER (WHERE condition = 0), count(*) FILTER (WHERE condition = 1),
                    coalesce(sum(indexed_samples), 0), coalesce(sum(duration_us), 0) FROM plan WHERE plan.number % 64 = t.shard);
            ALTER TABLE chunk ENABLE TRIGGER chunk_counted;
            ALTER TABLE place ENABLE TRIGGER place_changed;
            ALTER TABLE plan ENABLE TRIGGER plan_counted;
            VACUUM (ANALYZE) chunk;
            VACUUM (ANALYZE) plan;
            VACUUM (ANALYZE) video;
            VACUUM (ANALYZE) encoding_totals;
            CHECKPOINT
            """).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static VideoFacts Facts(int chunksEach) => new()
    {
        Container = "mov,mp4,m4a,3gp,3g2,mj2",
        FileBytes = 1_000_000_000,
        StreamIndex = 0,
        Codec = "h264",
        TimeBase = new Rational(1, 12800),
        StartTicks = 0,
        DurationTicks = 12800L * SamplesPerChunk * chunksEach,
        CodedWidth = 1920,
        CodedHeight = 1080,
        Width = 1920,
        Height = 1080,
    };
}
