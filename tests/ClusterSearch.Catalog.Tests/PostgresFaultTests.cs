using System.Diagnostics;
using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;
using ClusterSearch.Testing;
using Npgsql;

namespace ClusterSearch.Catalog.Tests;

/// <summary>What happens to a server while work goes on: connections cut, stopped, killed. Each test has a server of its own.</summary>
public sealed class PostgresFaultTests : IAsyncLifetime
{
    private const int Chunks = 1500;

    private readonly List<PostgresCatalog> _opened = [];
    private PostgresServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.Missing is { } reason) Assert.Skip(reason);
        // Killed and stopped: only what reached the disk is there afterwards.
        _server = await PostgresServer.CreateAsync(syncs: true);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var catalog in _opened) await catalog.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task Connections_cut_in_mid_transaction_cost_nothing()
    {
        var load = await LoadAsync();
        var running = load.RunAsync(16, Cancellation);
        var cuts = 0;
        while (!running.IsCompleted)
        {
            await using var connection = new NpgsqlConnection(_server.ConnectionString + ";Pooling=false");
            await connection.OpenAsync(Cancellation);
            cuts += (await PostgresState.RowsAsync(connection,
                "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE application_name = 'clustersearch' AND random() < 0.2")).Count;
            await Task.WhenAny(running, Task.Delay(60, Cancellation));
        }
        await running;
        Assert.True(cuts > 20, $"only {cuts} connections were cut");
        await AssertAllDoneAsync(load);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_stops_for_a_second_is_waited_for(bool immediately)
    {
        var load = await LoadAsync();
        var running = load.RunAsync(16, Cancellation);
        await UntilAsync(() => load.Committed.Count > 100, running);
        await _server.StopAsync(immediately);
        await Task.Delay(1000, Cancellation);
        Assert.False(running.IsCompleted);
        await _server.StartAsync();
        await running;
        Assert.True(load.Faults > 0, "the outage was noticed by nobody");
        await AssertAllDoneAsync(load);
    }

    [Fact]
    public async Task A_server_killed_in_mid_load_loses_nothing_that_was_acknowledged()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var load = await LoadAsync();
        var running = load.RunAsync(16, Cancellation);
        for (var kill = 1; kill <= 3; kill++)
        {
            var wanted = kill * 300 + random.Next(200);
            await UntilAsync(() => load.Committed.Count > wanted, running);
            await _server.KillAsync();
            await _server.StartAsync();
            await load.AssertKeptAsync(_opened[0], Cancellation);
        }
        await running;
        await AssertAllDoneAsync(load);
    }

    [Fact]
    public async Task A_stopped_server_is_named_in_one_line_until_it_is_back()
    {
        await LoadAsync();
        var catalog = _opened[0];
        await _server.StopAsync();
        foreach (var call in new Func<Task>[]
        {
            () => catalog.ClaimAsync(Footage.Request, Cancellation),
            () => catalog.StatusAsync(null, Cancellation),
            () => catalog.RegisterRootAsync("a", "/a", Cancellation),
        })
        {
            var watch = Stopwatch.StartNew();
            var fault = await Assert.ThrowsAsync<ClusterSearchException>(call);
            Assert.Equal((ErrorCodes.ArchiveUnreachable, true), (fault.Code, fault.IsTransient));
            Assert.Contains($"127.0.0.1:{_server.Port}", fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', fault.Message);
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        }
        await _server.StartAsync();
        Assert.NotNull(await catalog.ClaimAsync(Footage.Request, Cancellation));
    }

    [Fact]
    public async Task A_row_held_too_long_by_another_is_busy_and_transient()
    {
        await LoadAsync();
        var catalog = await OpenAsync(new PostgresCatalogOptions { LockTimeout = TimeSpan.FromMilliseconds(200) });
        var lease = (await catalog.ClaimAsync(Footage.Request, Cancellation))!;
        await using var other = new NpgsqlConnection(_server.ConnectionString + ";Pooling=false");
        await other.OpenAsync(Cancellation);
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await PostgresState.RowsAsync(other, $"SELECT video FROM clustersearch.plan WHERE video = '{lease.Video}' FOR UPDATE");
        var fault = await Assert.ThrowsAsync<ClusterSearchException>(() => catalog.CommitAsync(lease, Footage.Result(lease), Cancellation));
        Assert.Equal((ErrorCodes.ArchiveBusy, true), (fault.Code, fault.IsTransient));
        // Others are claimed meanwhile: nobody waits for a video that is held.
        Assert.NotEqual(lease.Video, (await catalog.ClaimAsync(Footage.Request, Cancellation))!.Video);
        await transaction.RollbackAsync(Cancellation);
        Assert.True(await catalog.CommitAsync(lease, Footage.Result(lease), Cancellation));
    }

    private async Task<PostgresLoad> LoadAsync()
    {
        for (var i = 0; i < 3; i++) await OpenAsync(new PostgresCatalogOptions());
        await Footage.PlanAsync(_opened[0], videos: 20, chunksEach: Chunks / 20);
        return new PostgresLoad([.. _opened], Chunks);
    }

    private async Task<PostgresCatalog> OpenAsync(PostgresCatalogOptions options)
    {
        var catalog = await PostgresCatalog.OpenAsync(_server.ConnectionString, options, Cancellation);
        _opened.Add(catalog);
        return catalog;
    }

    private async Task AssertAllDoneAsync(PostgresLoad load)
    {
        Assert.Equal(Chunks, load.Committed.Count);
        await load.AssertKeptAsync(_opened[0], Cancellation);
        var status = await _opened[1].StatusAsync(null, Cancellation);
        Assert.Equal((Chunks, 0, 0), (status.Chunks[ChunkState.Embedded], status.Chunks[ChunkState.Leased], status.Chunks[ChunkState.Quarantined]));
        await using var connection = new NpgsqlConnection(_server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await PostgresState.AssertSoundAsync(connection, PostgresCatalogOptions.DefaultSchema);
    }

    private static async Task UntilAsync(Func<bool> condition, Task running)
    {
        while (!condition())
        {
            if (running.IsFaulted) await running;
            Assert.False(running.IsCompleted, "the load was over before anything could happen to it");
            await Task.Delay(2, Cancellation);
        }
    }
}
