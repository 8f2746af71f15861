using ClusterSearch.Archive;
using ClusterSearch.Archive.Searching;
using ClusterSearch.Core.Footage;
using ClusterSearch.EngineConformance;
using ClusterSearch.Grains.Working;
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
        foreach (var count in (int[])[1, 3, 8, 1000])
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

        public Task<SearchAnswer> SearchAsync() =>
            Silos.Search.SearchAsync(new SearchRequest { Parts = [new TextPart("a red car")], Top = 100 }, CancellationToken.None);

        public async ValueTask DisposeAsync()
        {
            await Silos.DisposeAsync();
            _directory.Dispose();
        }
    }
}
