using System.Collections.Concurrent;
using System.Diagnostics;
using ClusterSearch.Archive;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Core.Footage;
using ClusterSearch.EngineConformance;
using ClusterSearch.Grains.Working;
using ClusterSearch.ServiceDefaults;
using ClusterSearch.Testing;
using Orleans.Runtime;

namespace ClusterSearch.Grains.Tests;

/// <summary>Shards that are slow, dead, or answer twice.</summary>
public sealed class ShardTests
{
    private const int Shards = 4;

    [Fact]
    public async Task A_shard_that_is_slow_or_dead_is_left_out_and_named_and_the_rest_is_exact()
    {
        var ill = new Dictionary<int, Func<IIncomingGrainCallContext, Task>>();
        await using var scene = await SearchScene.StartAsync(async (_, context) =>
        {
            if (context.TargetId.Key.ToString() is { } key && context.InterfaceName.EndsWith(nameof(IShardGrain), StringComparison.Ordinal)
                && ill.GetValueOrDefault(ShardKey.Parse(key).Shard.Index) is { } behaviour) await behaviour(context);
            else await context.Invoke();
        }, deadline: TimeSpan.FromSeconds(2));
        var whole = await scene.SearchAsync();
        Assert.Empty(whole.Coverage.UnansweredShards);

        foreach (var (name, behaviour) in new (string, Func<IIncomingGrainCallContext, Task>)[]
                 {
                     ("slow", async context =>
                     {
                         await Task.Delay(TimeSpan.FromSeconds(8));
                         await context.Invoke();
                     }),
                     ("dead", _ => throw new InvalidOperationException("made to fail")),
                 })
        {
            ill[1] = behaviour;
            var found = await scene.SearchAsync();
            Assert.True(found.Coverage.UnansweredShards.SequenceEqual(["2/4"]), $"{name}: {string.Join(", ", found.Coverage.UnansweredShards)}");
            var others = whole.Moments.Where(moment => !new VideoShard(1, Shards).Holds(moment.Video)).Select(moment => (moment.Video, moment.Start, moment.Score));
            Assert.Equal(others, found.Moments.Select(moment => (moment.Video, moment.Start, moment.Score)));
            var inside = whole.Coverage.Samples - found.Coverage.Samples;
            Assert.True(inside > 0 && inside == found.Coverage.UnansweredSamples, name);
            ill.Clear();
        }
        Assert.Equal(whole.Moments.Select(moment => moment.Score), (await scene.SearchAsync()).Moments.Select(moment => moment.Score));
    }

    [Fact]
    public async Task Each_shard_that_is_asked_has_a_span_of_its_own()
    {
        var shards = new ConcurrentBag<string>();
        using var tracing = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.OperationName == Telemetry.Spans.Shard) shards.Add((string)activity.GetTagItem(Telemetry.Attributes.Shard)!);
            },
        };
        ActivitySource.AddActivityListener(tracing);
        await using var scene = await SearchScene.StartAsync((_, context) => context.Invoke(), deadline: TimeSpan.FromSeconds(20));
        await scene.SearchAsync();
        Assert.Superset(new HashSet<string>(["1/4", "2/4", "3/4", "4/4"]), shards.ToHashSet());
    }

    [Fact]
    public async Task A_shard_that_fails_once_is_asked_again()
    {
        var failures = 0;
        await using var scene = await SearchScene.StartAsync(async (_, context) =>
        {
            if (context.InterfaceName.EndsWith(nameof(IShardGrain), StringComparison.Ordinal) && Interlocked.Increment(ref failures) <= 1) throw new InvalidOperationException("made to fail once");
            await context.Invoke();
        }, deadline: TimeSpan.FromSeconds(20));
        Assert.Empty((await scene.SearchAsync()).Coverage.UnansweredShards);
        Assert.Equal(Shards + 1, failures);
    }

    [Fact]
    public async Task Several_queries_of_several_encodings_are_answered_in_their_order_each_as_if_alone()
    {
        await using var scene = await SearchScene.StartAsync((_, context) => context.Invoke(), deadline: TimeSpan.FromSeconds(20));
        var encoding = (await scene.Silos.Gateway.Ports.Catalog.ActiveEncodingAsync(CancellationToken.None))!.Encoding.Id;
        var texts = new EngineConformance.DrawnModels().Load("", new Core.Embeddings.ModelOptions()).Texts;
        QueryOrder Order(string text, string of) => new()
        {
            Encoding = of,
            Vector = texts.Encode(text),
            Filter = new QueryFilter(),
            Count = 5,
            IsSmoothed = true,
            Shards = Shards,
            Deadline = TimeSpan.FromSeconds(20),
        };
        Task<IReadOnlyList<QueryReply>> FindAsync(params QueryOrder[] orders) => scene.Silos.Cluster.Client.GetGrain<IQueryGrain>(Guid.NewGuid()).FindAsync(orders, CancellationToken.None);
        var (cat, dog) = (Order("a cat", encoding), Order("a dog", encoding));
        var together = await FindAsync(cat, Order("a cat", "000000000000"), dog);
        Assert.Equal((await FindAsync(cat))[0].Moments, together[0].Moments);
        Assert.Equal((await FindAsync(dog))[0].Moments, together[2].Moments);
        Assert.NotEqual(together[0].Moments, together[2].Moments);
        // An encoding that was dropped has no part that answers.
        Assert.Equal((0, Shards), (together[1].Moments.Length, together[1].Unanswered.Length));
    }

    [Fact]
    public async Task A_search_that_is_given_up_is_given_up_on_the_silos_too()
    {
        var asked = 0;
        var ends = new System.Collections.Concurrent.ConcurrentBag<bool>();
        var isHeld = false;
        await using var scene = await SearchScene.StartAsync(async (_, context) =>
        {
            if (!isHeld || !context.InterfaceName.EndsWith(nameof(IShardGrain), StringComparison.Ordinal))
            {
                await context.Invoke();
                return;
            }
            Interlocked.Increment(ref asked);
            try
            {
                await Task.Delay(TimeSpan.FromMinutes(1), context.Request.GetCancellationToken());
                ends.Add(false);
            }
            catch (OperationCanceledException)
            {
                ends.Add(true);
                throw;
            }
        }, deadline: TimeSpan.FromSeconds(60));
        isHeld = true;
        using var patience = new CancellationTokenSource();
        var search = scene.SearchAsync(patience.Token);
        await Eventually.TrueAsync("all shards are asked", () => asked == Shards);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => search);
        await Eventually.TrueAsync("each shard ends", () => ends.Count == Shards);
        Assert.All(ends, Assert.True);
    }

    [Fact]
    public async Task A_silo_that_dies_under_queries_leaves_its_shards_to_the_others()
    {
        await using var scene = await SearchScene.StartAsync((_, context) => context.Invoke(), deadline: TimeSpan.FromSeconds(20));
        var whole = await scene.SearchAsync();
        await scene.Silos.KillAsync(scene.Silos.Silos[1]);
        await Eventually.TrueAsync("the others answer for all", async () => (await scene.SearchAsync()).Coverage.UnansweredShards.Count == 0);
        Assert.Equal(whole.Moments.Select(moment => (moment.Video, moment.Start, moment.Score)),
            (await scene.SearchAsync()).Moments.Select(moment => (moment.Video, moment.Start, moment.Score)));
    }

    [Fact]
    public void A_shard_that_answers_twice_counts_once_in_whatever_order_answers_come()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var moments = Enumerable.Range(0, 40).Select(i => new FoundMoment(Id(random), new SampleRange(i, i + 1), random.Next(5) / 4f, i)).ToList();
            var count = random.Next(1, 50);
            // What one search over everything finds: sorted by hand, by score, then video, then sample.
            var expected = moments.OrderByDescending(moment => moment.Score).ThenBy(moment => moment.Video.Value, StringComparer.Ordinal).ThenBy(moment => moment.Samples.First).Take(count).ToList();
            var merge = new ShardMerge(Shards, count);
            var answers = VideoShard.All(Shards).Concat(VideoShard.All(Shards).Take(random.Next(Shards))).ToArray();
            random.Shuffle(answers);
            foreach (var shard in answers)
                merge.Add(shard.Index, new FanOutResult([.. moments.Where(moment => shard.Holds(moment.Video)).Order(FoundMoment.BestFirst).Take(count)], 1, 1, 1));
            Assert.True(merge.HasAll);
            Assert.True(expected.SequenceEqual(merge.Result().Moments), $"seed {seed}, round {round}");
            Assert.Equal((Shards, 0), ((int)merge.Result().UnitsSeen, merge.Result().Unanswered.Count));
        }
    }

    [Fact]
    public void Every_video_lies_in_one_shard_and_shards_are_of_nearly_equal_size()
    {
        var random = new Random(1);
        foreach (var count in (int[])[1, 3, 8, 100])
        {
            var held = new int[count];
            for (var i = 0; i < 20 * count; i++)
            {
                var id = Id(random);
                held[VideoShard.All(count).Single(shard => shard.Holds(id)).Index]++;
            }
            Assert.All(held, number => Assert.InRange(number, 1, 60));
        }
        Assert.True(new VideoShard(0, 4).Holds(VideoId.Parse(new string('0', 32))));
        Assert.True(new VideoShard(0, 4).Holds(VideoId.Parse("3" + new string('f', 31))));
        Assert.True(new VideoShard(1, 4).Holds(VideoId.Parse("4" + new string('0', 31))));
        Assert.True(new VideoShard(3, 4).Holds(VideoId.Parse(new string('f', 32))));
    }

    private static VideoId Id(Random random)
    {
        var digest = new byte[16];
        random.NextBytes(digest);
        return VideoId.FromDigest(digest);
    }

    /// <summary>Twelve videos, searched through three silos.</summary>
    private sealed class SearchScene : IAsyncDisposable
    {
        private readonly TemporaryDirectory _directory = new();

        public TestSilos Silos { get; private set; } = null!;

        public static async Task<SearchScene> StartAsync(Func<string, IIncomingGrainCallContext, Task> around, TimeSpan deadline)
        {
            var scene = new SearchScene();
            var clips = DrawnFootage.Write(scene._directory.File("clips"), 21, [.. Enumerable.Range(1, 12)]);
            scene.Silos = await TestSilos.StartAsync(scene._directory.File("archive"), new DrawnFootage(), 3, _ => Accelerator.Cpu, new SiloSettings
            {
                AroundCall = around,
                Search = new ClusterSearchOptions { Shards = Shards, ShardDeadline = deadline },
            });
            await scene.Silos.Ingestion.IngestAsync(new IngestRequest { Paths = [clips] }, new Progress<IngestProgress>(), CancellationToken.None);
            return scene;
        }

        public Task<SearchAnswer> SearchAsync(CancellationToken cancellation = default) =>
            Silos.Search.SearchAsync(new SearchRequest { Parts = [new TextPart("a red car")], Top = 100 }, cancellation);

        public async ValueTask DisposeAsync()
        {
            await Silos.DisposeAsync();
            _directory.Dispose();
        }
    }
}
