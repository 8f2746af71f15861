using ClusterSearch.Testing;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using Npgsql;

namespace ClusterSearch.Catalog.Tests;

/// <summary>The server did what it was asked, and the connection broke before it could say so.</summary>
public sealed class PostgresLostAnswerTests(SharedPostgres postgres) : IAsyncLifetime
{
    private readonly string _schema = SharedPostgres.NewSchema();
    private CuttingProxy _proxy = null!;
    private PostgresCatalog _catalog = null!;
    private PostgresCatalog _witness = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var direct = new NpgsqlConnectionStringBuilder(await postgres.ConnectionStringAsync());
        Assert.SkipUnless(direct.Host == "127.0.0.1", "stands between the tests and a server on this machine");
        _proxy = new CuttingProxy(direct.Port);
        _witness = await OpenAsync(direct.ConnectionString);
        direct.Port = _proxy.Port;
        _catalog = await OpenAsync(direct.ConnectionString);
        await Footage.PlanAsync(_witness, videos: 1, chunksEach: 3);
    }

    public async ValueTask DisposeAsync()
    {
        _proxy?.Dispose();
        if (_catalog is not null) await _catalog.DisposeAsync();
        if (_witness is not null) await _witness.DisposeAsync();
        await postgres.ExecuteAsync($"DROP SCHEMA IF EXISTS {_schema} CASCADE");
    }

    [Fact]
    public async Task A_claim_finds_the_lease_that_it_was_given()
    {
        var lease = await CutAsync(() => _catalog.ClaimAsync(Footage.Request, Cancellation));
        Assert.Equal(0, lease!.Chunk.Index);
        var chunks = await ChunksAsync();
        Assert.Equal([ChunkState.Leased, ChunkState.Pending, ChunkState.Pending], chunks.Select(chunk => chunk.State));
        Assert.Equal(lease.Token, chunks[0].Token);
    }

    [Fact]
    public async Task A_claim_that_never_learned_its_outcome_gives_the_lease_back_with_the_next_one()
    {
        _proxy.IsDown = true;
        var fault = await CutAsync(() => Assert.ThrowsAsync<ClusterSearchException>(() => _catalog.ClaimAsync(Footage.Request, Cancellation)));
        Assert.Equal((ErrorCodes.ArchiveUnreachable, true), (fault.Code, fault.IsTransient));
        Assert.Equal(ChunkState.Leased, (await ChunksAsync())[0].State);
        _proxy.IsDown = false;
        var lease = await _catalog.ClaimAsync(Footage.Request, Cancellation);
        Assert.Equal((0, 0), (lease!.Chunk.Index, lease.Lapses));
        Assert.Equal(1, (await _witness.StatusAsync(null, Cancellation)).Chunks[ChunkState.Leased]);
        await PostgresState.AssertSoundAsync(postgres, _schema);
    }

    [Fact]
    public async Task A_commit_is_known_by_its_token()
    {
        var lease = (await _catalog.ClaimAsync(Footage.Request, Cancellation))!;
        Assert.True(await CutAsync(() => _catalog.CommitAsync(lease, Footage.Result(lease), Cancellation)));
        Assert.Equal(ChunkState.Embedded, (await ChunksAsync())[0].State);
        await PostgresState.AssertSoundAsync(postgres, _schema);
    }

    [Fact]
    public async Task A_role_is_taken_once_and_a_manifest_published_once()
    {
        var role = await CutAsync(() => _catalog.TryTakeRoleAsync("aggregator", "a", TimeSpan.FromMinutes(1), Cancellation));
        Assert.Equal(1, role!.Epoch);
        Assert.Null(await _witness.TryTakeRoleAsync("aggregator", "b", TimeSpan.FromMinutes(1), Cancellation));
        Assert.True(await CutAsync(() => _catalog.Manifests.PublishAsync("index", null, "1", role, Cancellation)));
        Assert.Equal("1", await _witness.Manifests.CurrentAsync("index", Cancellation));
    }

    [Fact]
    public async Task A_plan_is_made_once_whichever_of_its_statements_was_cut()
    {
        for (var statement = 0; statement < 3; statement++)
        {
            var number = 10 + statement;
            await _catalog.PutVideoAsync(Footage.Video(number, 60), Cancellation);
            var plan = await CutAsync(() => _catalog.PlanAsync(Footage.Id(number), Footage.Encoding.Id, [new(0, new(0, 60))], null, Cancellation));
            Assert.Single(plan.Chunks);
        }
        Assert.Equal(4, (await _witness.ListPlansAsync(Footage.Encoding.Id, Cancellation)).Count);
        await PostgresState.AssertSoundAsync(postgres, _schema);
    }

    private async Task<PostgresCatalog> OpenAsync(string connectionString) =>
        await PostgresCatalog.OpenAsync(connectionString, new PostgresCatalogOptions { Schema = _schema }, Cancellation);

    private Task<IReadOnlyList<ChunkRecord>> ChunksAsync() => _witness.ListChunksAsync(Footage.Id(1), Footage.Encoding.Id, Cancellation);

    private async Task<T> CutAsync<T>(Func<Task<T>> call)
    {
        var before = _proxy.Cuts;
        _proxy.IsArmed = true;
        var result = await call();
        Assert.Equal(before + 1, _proxy.Cuts);
        return result;
    }
}
