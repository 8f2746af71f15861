using ClusterSearch.Catalog.Sqlite.Storage;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Testing;

namespace ClusterSearch.Catalog.Tests;

/// <summary>Catalogues of earlier programs, with work in every state in them.</summary>
public sealed class MigrationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string DatabasePath => _directory.File("catalog.db");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Version_1_goes_on_where_it_was()
    {
        await (await Database.OpenAsync(DatabasePath, new SqliteCatalogOptions(), [SchemaVersion1.Sql], Cancellation)).DisposeAsync();
        // Video 1: chunk 0 indexed, 1 embedded, 2 leased, 3 quarantined, 4 pending. Video 2: pending.
        DatabaseState.Execute(DatabasePath, $$"""
            PRAGMA foreign_keys = ON;
            INSERT INTO root VALUES ('media', '/srv/media');
            INSERT INTO encoding (id, model_hash, model_name, model_directory, precision, dimension, sampling, resize, preprocessing, is_active)
                VALUES ('{{Footage.Encoding.Id}}', '{{Footage.Encoding.ModelHash}}', 'starter', '/models/starter', 'quantized', 512, '1/1', 'Exact', 1, 1);
            INSERT INTO video (id, facts, duration_us) SELECT printf('%032x', value), '{"container":"mov","fileBytes":1,"streamIndex":0,"codec":"h264","timeBase":"1/1000","startTicks":0,"durationTicks":50000,"codedWidth":2,"codedHeight":2,"width":2,"height":2}', 50000000
                FROM json_each('[1,2]');
            INSERT INTO place SELECT 'media', id || '.mp4', id, 1, 1 FROM video;
            INSERT INTO plan (encoding, video, duration_us, planned_samples) SELECT '{{Footage.Encoding.Id}}', id, duration_us, 50 FROM video ORDER BY id;
            INSERT INTO chunk (plan, chunk_index, first_sample, end_sample) SELECT 1, value, value * 10, value * 10 + 10 FROM json_each('[0,1,2,3,4]');
            INSERT INTO chunk (plan, chunk_index, first_sample, end_sample) VALUES (2, 0, 0, 50);
            UPDATE chunk SET state = 1, token = 't' || chunk_index, fingerprint = 'cpu-a', lease_until = 1 WHERE plan = 1 AND chunk_index < 3;
            UPDATE chunk SET state = 2, lease_until = NULL, vector_bytes = 64, vector_sha256 = 'x', sample_count = 9, missing_samples = 1 WHERE plan = 1 AND chunk_index < 2;
            UPDATE chunk SET state = 3 WHERE plan = 1 AND chunk_index = 0;
            UPDATE chunk SET state = 4, attempts = 3, failure_code = 'footage.decode_failed', failure_message = 'x' WHERE plan = 1 AND chunk_index = 3;
            """);

        await using var catalog = await SqliteCatalog.OpenAsync(DatabasePath, new SqliteCatalogOptions(), Cancellation);
        DatabaseState.AssertSound(DatabasePath);
        var chunks = await catalog.ListChunksAsync(Footage.Id(1), Footage.Encoding.Id, Cancellation);
        Assert.Equal([ChunkState.Indexed, ChunkState.Embedded, ChunkState.Leased, ChunkState.Quarantined, ChunkState.Pending], chunks.Select(chunk => chunk.State));
        Assert.All(chunks, chunk => Assert.Equal((0, false), (chunk.Lapses, chunk.IsSuspect)));
        Assert.Null((await catalog.FindPlanAsync(Footage.Id(1), Footage.Encoding.Id, Cancellation))!.Trace);
        Assert.False((await catalog.FindVideoAsync(Footage.Id(1), Cancellation))!.IsGrowing);
        Assert.False(await catalog.IsPausedAsync(Cancellation));
        Assert.Equal((0, 0L), ((await catalog.StatusAsync(null, Cancellation)).WaitingChunks, (await catalog.StatusAsync(null, Cancellation)).Takeovers));

        // The lapsed lease is taken over, and counted as such; then everything else is claimed.
        var taken = new List<(int, int)>();
        while (await catalog.ClaimAsync(Footage.Request, Cancellation) is { } lease) taken.Add((lease.Chunk.Index, lease.Lapses));
        Assert.Equal([(2, 1), (0, 0), (4, 0)], taken);
        Assert.Equal(1, (await catalog.StatusAsync(null, Cancellation)).Takeovers);
        DatabaseState.AssertSound(DatabasePath);
    }

    [Fact]
    public async Task Version_2_goes_on_where_it_was_and_takes_feedback()
    {
        await (await Database.OpenAsync(DatabasePath, new SqliteCatalogOptions(), [SchemaVersion1.Sql, SchemaVersion2.Sql], Cancellation)).DisposeAsync();
        DatabaseState.Execute(DatabasePath, $$"""
            INSERT INTO video (id, facts, duration_us, growing) VALUES ('{{Footage.Id(1)}}', '{"container":"mov","fileBytes":1,"streamIndex":0,"codec":"h264","timeBase":"1/1000","startTicks":0,"durationTicks":50000,"codedWidth":2,"codedHeight":2,"width":2,"height":2}', 50000000, 1);
            INSERT INTO manifest VALUES ('index', '7');
            """);

        await using var catalog = await SqliteCatalog.OpenAsync(DatabasePath, new SqliteCatalogOptions(), Cancellation);
        using (var connection = DatabaseState.Open(DatabasePath))
            Assert.Equal(["4"], DatabaseState.Rows(connection, "PRAGMA user_version"));
        Assert.True((await catalog.FindVideoAsync(Footage.Id(1), Cancellation))!.IsGrowing);
        Assert.Equal("7", await catalog.Manifests.CurrentAsync("index", Cancellation));
        Assert.Empty(await catalog.ListFeedbackAsync(null, null, Cancellation));
        var put = await catalog.PutFeedbackAsync(Footage.Feedback(1), Cancellation);
        Assert.Equal([put], await catalog.ListFeedbackAsync(null, null, Cancellation));
        DatabaseState.AssertSound(DatabasePath);
    }
}
