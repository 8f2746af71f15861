using System.Diagnostics;
using ClusterSearch.Index;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Truth;

namespace ClusterSearch.IndexBenchmarks.Measuring;

/// <summary>Makes footage, truth and index in one pass, and measures searches at sizes on the way.</summary>
internal static class BuildPhase
{
    private const int VideosAtOnce = 64;

    /// <summary>Of one call; calls are under way at once, as those of several ingesting workers are.</summary>
    private const int VideosPerCall = 4;

    private const int GrowthQueries = 16;
    private const int GrowthRounds = 2;

    public static async Task<BuildReport> RunAsync(BenchmarkPlan plan)
    {
        DiskUse.Require(plan.Directory, plan.RoomBytes);
        var footage = plan.Footage();
        var queries = BenchmarkPlan.Queries(footage);
        var scopes = BenchmarkPlan.Scopes(footage);
        var pass = new TruthPass(footage, queries, scopes, BenchmarkPlan.TruthCount);
        var sizes = new Queue<int>(((int[])[36, 16, 8, 4, 2]).Select(part => footage.VideoCount / part).Where(videos => videos >= VideosAtOnce).Distinct());
        var growth = new List<GrowthPoint>();
        var clock = Stopwatch.StartNew();
        TimeSpan making = default, writing = default, beside = default;

        using var disk = new DiskUse(plan.Directory);
        await using var index = await IndexUnderTest.OpenAsync(plan.Directory, footage, new EmbeddedIndexOptions());
        for (var first = 0; first < footage.VideoCount; first += VideosAtOnce)
        {
            var started = (Clock: clock.Elapsed, All: Environment.CpuUsage.TotalTime, Own: pass.ProcessorTime.All);
            var made = pass.Make(first, Math.Min(footage.VideoCount, first + VideosAtOnce));
            making += clock.Elapsed - started.Clock;
            // What else ran meanwhile is the index's compaction.
            beside += Environment.CpuUsage.TotalTime - started.All - (pass.ProcessorTime.All - started.Own);
            var appending = clock.Elapsed;
            await Task.WhenAll(made.Chunk(VideosPerCall).Select(call => index.Store.ReplaceAsync(index.Encoding.Id, call, CancellationToken.None)));
            writing += clock.Elapsed - appending;
            if (sizes.TryPeek(out var size) && first + VideosAtOnce >= size)
            {
                sizes.Dequeue();
                growth.Add(await GrowAsync(index, (long)(first + VideosAtOnce) * footage.Model.SamplesPerVideo, queries));
                Console.Error.WriteLine($"{growth[^1]}");
            }
        }
        var settling = clock.Elapsed;
        await index.Store.CompactAsync(index.Encoding.Id, CancellationToken.None);
        var settled = clock.Elapsed - settling;
        growth.Add(await GrowAsync(index, footage.SampleCount, queries));
        TruthFile.Write(plan.TruthPath, pass.Found, scopes.Count, queries.Count);
        await index.RegisterAsync(footage, Enumerable.Range(0, footage.VideoCount)
            .Where(video => scopes.Any(scope => (scope.Filter.RecordedAfter ?? scope.Filter.RecordedBefore) is not null && scope.Filter.Admits(footage.IdOf(video), MadeFootage.AttributesOf(video)))
                && scopes.Any(scope => scope.Filter.RecordedAfter <= MadeFootage.RecordedAt(video).AddHours(1) && scope.Filter.RecordedBefore >= MadeFootage.RecordedAt(video))));

        var samples = footage.SampleCount;
        var cores = Environment.ProcessorCount;
        return new BuildReport(
            samples, samples / making.TotalSeconds, samples / writing.TotalSeconds,
            samples / (writing + settled + beside / cores).TotalSeconds, clock.Elapsed.TotalSeconds,
            DiskUse.Bytes(IndexUnderTest.IndexDirectory(plan.Directory)), disk.PeakBytes, growth);
    }

    private static async Task<GrowthPoint> GrowAsync(IndexUnderTest index, long samples, IReadOnlyList<MadeQuery> queries)
    {
        await index.Store.CompactAsync(index.Encoding.Id, CancellationToken.None);
        var byKind = new Dictionary<TruthKind, Latency>();
        foreach (var kind in SearchTrials.Kinds)
        {
            var trials = await SearchTrials.RunAsync(index, "", [Scope.Everything], 0, kind, [.. queries.Take(GrowthQueries)], kind == TruthKind.Moments ? 20 : 100, GrowthRounds);
            byKind[kind] = Latency.Of(trials.Select(trial => trial.Milliseconds));
        }
        return new GrowthPoint(samples, byKind);
    }
}

/// <param name="MadePerSecond">Samples made, with their truth, while the index was not written.</param>
/// <param name="AppendedPerSecond">Samples a second of the time in which appending kept its caller waiting.</param>
/// <param name="CompactedPerSecond">The same with the compaction beside it: its processor time over all cores, and what was left of it at the end.</param>
internal sealed record BuildReport(
    long Samples, double MadePerSecond, double AppendedPerSecond, double CompactedPerSecond, double Seconds, long Bytes, long PeakBytes, IReadOnlyList<GrowthPoint> Growth);

/// <summary>Latency of searches (units and samples: 100, moments: 20) at a size, warm.</summary>
internal sealed record GrowthPoint(long Samples, IReadOnlyDictionary<TruthKind, Latency> Milliseconds);
