using System.Collections.Concurrent;
using System.Diagnostics;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Truth;

namespace ClusterSearch.IndexBenchmarks.Measuring;

/// <summary>
/// Searches while chunks of ten minutes are appended as fast as the store takes them, by as many callers as there are cores.
/// What was acknowledged must be there: every chunk is counted at the end, and every tenth is looked for by one of its own
/// samples the moment it is acknowledged.
/// </summary>
internal static class IngestPhase
{
    private const int ChunkSamples = 600;
    private const int MadeVideos = 24;
    private const int Queries = 16;
    private const int LeastRounds = 3;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);

    public static async Task<IngestReport> RunAsync(BenchmarkPlan plan)
    {
        var footage = plan.Footage();
        var queries = BenchmarkPlan.Queries(footage).Take(Queries).ToList();
        var chunks = Chunks(footage);
        await using var index = await IndexUnderTest.OpenAsync(plan.Directory, footage, new EmbeddedIndexOptions());
        var alone = await SearchAsync(index, queries, () => false);

        var ending = new CancellationTokenSource();
        var appended = new ConcurrentDictionary<VideoId, long>();
        var missing = 0;
        var next = -1;
        var clock = Stopwatch.StartNew();
        var appending = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(async () =>
        {
            while (!ending.IsCancellationRequested)
            {
                var number = Interlocked.Increment(ref next);
                // The same footage again and again, each time as another video: making it would slow the appending.
                var (videoRound, chunk) = (number / chunks.Count, chunks[number % chunks.Count]);
                var id = IdOf(videoRound, chunk.Video);
                await index.Store.ReplaceAsync(index.Encoding.Id, [new UnitReplacement(id, new VideoAttributes(null, null, null), chunk.Range, chunk.Units)], CancellationToken.None);
                appended.AddOrUpdate(id, chunk.Samples, (_, sum) => sum + chunk.Samples);
                if (number % 10 == 0 && !await IsFoundAsync(index, id, chunk)) Interlocked.Increment(ref missing);
            }
        })).ToList();
        var beside = await SearchAsync(index, queries, () => clock.Elapsed < Duration);
        await ending.CancelAsync();
        await Task.WhenAll(appending);
        var seconds = clock.Elapsed.TotalSeconds;
        await index.Store.CompactAsync(index.Encoding.Id, CancellationToken.None);
        var settled = clock.Elapsed.TotalSeconds;

        using (var snapshot = await index.SnapshotAsync())
        {
            foreach (var (id, samples) in appended)
                if ((await snapshot.CountAsync(new VectorFilter { Videos = new HashSet<VideoId> { id } }, CancellationToken.None)).Samples != samples) missing++;
        }
        var total = appended.Values.Sum();
        return new IngestReport(total, total / seconds, total / settled, missing, alone, beside,
            alone.ToDictionary(kind => kind.Key, kind => beside[kind.Key].P95 / kind.Value.P95));
    }

    /// <summary>Rounds of all kinds of search after one that warms.</summary>
    private static async Task<Dictionary<TruthKind, Latency>> SearchAsync(IndexUnderTest index, IReadOnlyList<MadeQuery> queries, Func<bool> goesOn)
    {
        var times = SearchTrials.Kinds.ToDictionary(kind => kind, _ => new List<double>());
        for (var round = -1; round < LeastRounds || goesOn(); round++)
        {
            foreach (var kind in SearchTrials.Kinds)
            {
                foreach (var query in queries)
                {
                    var (_, milliseconds) = await Latency.TimeAsync(() => index.SearchAsync(kind, query.Vector, VectorFilter.None, kind == TruthKind.Moments ? 20 : BenchmarkPlan.Deepest));
                    if (round >= 0) times[kind].Add(milliseconds);
                }
            }
        }
        return times.ToDictionary(kind => kind.Key, kind => Latency.Of(kind.Value));
    }

    private static async Task<bool> IsFoundAsync(IndexUnderTest index, VideoId id, Chunk chunk)
    {
        using var snapshot = await index.SnapshotAsync();
        var unit = chunk.Units[chunk.Units.Count / 2];
        var hits = await snapshot.SearchSamplesAsync(
            [unit.Vectors[..unit.Mean.Length]], new VectorFilter { Videos = new HashSet<VideoId> { id } }, 1, CancellationToken.None);
        return hits[0].Count == 1 && hits[0][0].Score > 0.99f;
    }

    private static List<Chunk> Chunks(MadeFootage footage)
    {
        var chunks = new List<Chunk>();
        var maker = new MadeFootage(footage.Model, (long)(footage.VideoCount + MadeVideos) * footage.Model.SamplesPerVideo, footage.Seed).CreateMaker();
        for (var video = 0; video < MadeVideos; video++)
        {
            foreach (var group in maker.Make(footage.VideoCount + video).Units().GroupBy(unit => unit.FirstSample / ChunkSamples))
            {
                var units = group.ToList();
                chunks.Add(new Chunk(video, new SampleRange(group.Key * ChunkSamples, (group.Key + 1) * ChunkSamples), units, units.Sum(unit => (long)unit.Count)));
            }
        }
        return chunks;
    }

    private static VideoId IdOf(int round, int video)
    {
        var digest = new byte[16];
        digest[0] = 0xff;
        BitConverter.TryWriteBytes(digest.AsSpan(4), round);
        BitConverter.TryWriteBytes(digest.AsSpan(8), video);
        return VideoId.FromDigest(digest);
    }

    private sealed record Chunk(int Video, SampleRange Range, IReadOnlyList<Unit> Units, long Samples);
}

/// <param name="Missing">Acknowledged and not found: must be 0.</param>
/// <param name="Alone">Milliseconds before.</param>
/// <param name="Beside">Milliseconds while appending.</param>
/// <param name="Ratio">Of the 95th percentiles.</param>
internal sealed record IngestReport(
    long Samples, double AppendedPerSecond, double CompactedPerSecond, int Missing,
    IReadOnlyDictionary<TruthKind, Latency> Alone, IReadOnlyDictionary<TruthKind, Latency> Beside, IReadOnlyDictionary<TruthKind, double> Ratio);
