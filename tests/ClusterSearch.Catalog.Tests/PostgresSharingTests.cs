using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Catalog.Tests;

/// <summary>Many claimants on one server, by the server's real clock.</summary>
public sealed class PostgresSharingTests(SharedPostgres postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(150);

    private readonly string _schema = SharedPostgres.NewSchema();
    private PostgresCatalog _catalog = null!;
    private PostgresCatalog _other = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _catalog = await OpenAsync();
        _other = await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_catalog is not null) await _catalog.DisposeAsync();
        if (_other is not null) await _other.DisposeAsync();
        await postgres.ExecuteAsync($"DROP SCHEMA IF EXISTS {_schema} CASCADE");
    }

    [Theory]
    [InlineData(20, ClaimOrder.Fair)]
    [InlineData(1, ClaimOrder.Fair)]
    [InlineData(20, ClaimOrder.EarliestSearchable)]
    public async Task Sixteen_connections_share_two_thousand_chunks_each_exactly_once(int videos, ClaimOrder order)
    {
        await Footage.PlanAsync(_catalog, videos, 2000 / videos);
        var leases = await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var had = new List<ChunkLease>();
            var catalog = worker % 2 == 0 ? _catalog : _other;
            // Nothing is an answer only where nothing is left: nobody releases here.
            while (await catalog.ClaimAsync(Footage.Request with { Order = order }, Cancellation) is { } lease)
            {
                had.Add(lease);
                if (had.Count % 3 == 0) Assert.True(await catalog.CommitAsync(lease, Footage.Result(lease), Cancellation));
            }
            return had;
        }, Cancellation)));
        var all = leases.SelectMany(had => had).ToList();
        Assert.Equal(2000, all.Count);
        Assert.Equal(2000, all.Select(lease => (lease.Video, lease.Chunk.Index)).Distinct().Count());
        Assert.Equal(2000, all.Select(lease => lease.Token).Distinct(StringComparer.Ordinal).Count());
        await PostgresState.AssertSoundAsync(postgres, _schema);
    }

    [Fact]
    public async Task Claimants_at_once_go_to_different_videos()
    {
        await Footage.PlanAsync(_catalog, videos: 40, chunksEach: 2);
        var leases = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => _catalog.ClaimAsync(Footage.Request, Cancellation), Cancellation)));
        Assert.Equal(16, leases.Select(lease => lease!.Video).Distinct().Count());
    }

    [Fact]
    public async Task A_lease_that_lapsed_is_taken_over_and_its_holder_fenced()
    {
        await Footage.PlanAsync(_catalog, videos: 1, chunksEach: 1);
        var stale = (await _catalog.ClaimAsync(Footage.Request with { LeaseDuration = Short }, Cancellation))!;
        Assert.Null(await _other.ClaimAsync(Footage.Request, Cancellation));
        var taken = await EventuallyAsync(() => _other.ClaimAsync(Footage.Request, Cancellation));
        Assert.Equal((0, 1), (taken.Chunk.Index, taken.Lapses));
        Assert.False(await _catalog.RenewAsync(stale, Short, Cancellation));
        Assert.False(await _catalog.CommitAsync(stale, Footage.Result(stale), Cancellation));
        Assert.True(await _other.CommitAsync(taken, Footage.Result(taken), Cancellation));
    }

    [Fact]
    public async Task A_role_that_lapsed_is_taken_over_and_its_holder_publishes_nothing()
    {
        var stale = (await _catalog.TryTakeRoleAsync("aggregator", "a", Short, Cancellation))!;
        Assert.Null(await _other.TryTakeRoleAsync("aggregator", "b", Short, Cancellation));
        var taken = await EventuallyAsync(() => _other.TryTakeRoleAsync("aggregator", "b", TimeSpan.FromMinutes(1), Cancellation));
        Assert.Equal(2, taken.Epoch);
        Assert.False(await _catalog.RenewRoleAsync(stale, Short, Cancellation));
        Assert.False(await _catalog.Manifests.PublishAsync("index", null, "1", stale, Cancellation));
        Assert.True(await _other.Manifests.PublishAsync("index", null, "1", taken, Cancellation));
    }

    [Fact]
    public async Task Changes_of_a_whole_encoding_beside_running_work_leave_every_counter_right()
    {
        await Footage.PlanAsync(_catalog, videos: 6, chunksEach: 50);
        var working = Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            while (await _catalog.ClaimAsync(Footage.Request, Cancellation) is { } lease)
            {
                if (random.Next(5) == 0) await _catalog.FailChunkAsync(lease, new Failure("footage.decode_failed", "x"), permanent: true, TimeSpan.Zero, Cancellation);
                else await _catalog.CommitAsync(lease, Footage.Result(lease), Cancellation);
                await _catalog.MarkIndexedAsync(lease.Video, Footage.Encoding.Id, [lease.Chunk.Index], Cancellation);
            }
        }, Cancellation)));
        var next = 100;
        while (!working.IsCompleted)
        {
            await _other.UnmarkIndexedAsync(null, Footage.Encoding.Id, Cancellation);
            // Not for ever: the workers would never run out.
            if (next == 140) break;
            await _other.PutVideoAsync(Footage.Video(++next, 120), Cancellation);
            await _other.PlanAsync(Footage.Id(next), Footage.Encoding.Id, [new Chunk(0, new SampleRange(0, 120))], null, Cancellation);
            if (next % 4 == 0) await _other.RetryAsync(null, Cancellation);
            await Task.WhenAny(working, Task.Delay(20, Cancellation));
        }
        await working;
        await PostgresState.AssertSoundAsync(postgres, _schema);
    }

    [Fact]
    public async Task Failures_and_places_changed_at_once_leave_each_video_judged_rightly()
    {
        var seed = Environment.TickCount;
        await Footage.PlanAsync(_catalog, videos: 4, chunksEach: 1);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed + worker);
            var catalog = worker % 2 == 0 ? _catalog : _other;
            for (var i = 0; i < 40; i++)
            {
                var video = Footage.Id(random.Next(1, 5));
                var place = new Place("media", $"{random.Next(1, 5)}.mp4");
                switch (random.Next(6))
                {
                    case 0: await catalog.RecordPlaceAsync(new PlaceRecord(place, video, 1, 1), Cancellation); break;
                    case 1: await catalog.ForgetPlaceAsync(place, Cancellation); break;
                    case 2: await catalog.ClearFailureAsync(place, Cancellation); break;
                    default: await catalog.RecordFailureAsync(new FailureRecord(place, random.Next(2) == 0 ? null : video, new Failure("footage.empty", $"{i}")), Cancellation); break;
                }
            }
        }, Cancellation)));
        await PostgresState.AssertSoundAsync(postgres, _schema);
    }

    private async Task<PostgresCatalog> OpenAsync() =>
        await PostgresCatalog.OpenAsync(await postgres.ConnectionStringAsync(), new PostgresCatalogOptions { Schema = _schema }, Cancellation);

    private static async Task<T> EventuallyAsync<T>(Func<Task<T?>> call) where T : class
    {
        while (true)
        {
            if (await call() is { } result) return result;
            await Task.Delay(10, Cancellation);
        }
    }
}
