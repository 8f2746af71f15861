using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index;
using ClusterSearch.IndexBenchmarks.Footage;
using ClusterSearch.IndexBenchmarks.Measuring;

namespace ClusterSearch.IndexBenchmarks.Peers;

/// <summary>Builds and searches this index over the footage that was exported for its peers, in the same modes as theirs.</summary>
internal static class OwnFigures
{
    private const int Top = 10;
    private const int VideosAtOnce = 16;
    private static readonly TimeSpan s_settingTime = TimeSpan.FromSeconds(2);

    /// <summary>Builds into a directory, once; its figures lie beside.</summary>
    public static async Task BuildAsync(MadeFootage footage, string directory)
    {
        var figures = BuildPath(directory);
        if (File.Exists(figures)) return;
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        TimeSpan seconds = default, processor = default;
        // Each write waits for what it leaves to merge, so that the time of both is seen.
        await using (var index = await IndexUnderTest.OpenAsync(directory, footage, new EmbeddedIndexOptions { CompactInBackground = false }))
        {
            var maker = footage.CreateMaker();
            for (var first = 0; first < footage.VideoCount; first += VideosAtOnce)
            {
                List<UnitReplacement> made = [];
                for (var video = first; video < Math.Min(footage.VideoCount, first + VideosAtOnce); video++)
                {
                    var units = maker.Make(video).Units();
                    made.Add(new UnitReplacement(footage.IdOf(video), MadeFootage.AttributesOf(video), new SampleRange(0, footage.SamplesOf(video)), units));
                }
                var (clock, used) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
                await index.Store.ReplaceAsync(index.Encoding.Id, made, CancellationToken.None);
                (seconds, processor) = (seconds + clock.Elapsed, processor + Environment.CpuUsage.TotalTime - used);
            }
        }
        await File.WriteAllTextAsync(figures, JsonSerializer.Serialize(new PeerBuild(
            seconds.TotalSeconds, processor.TotalSeconds, DiskUse.Bytes(IndexUnderTest.IndexDirectory(directory))), PeerFigures.Json));
    }

    public static async Task SearchAsync(MadeFootage footage, string directory, string data, string path)
    {
        using var file = new ExportedRows(Path.Combine(data, "queries.fbin"));
        float[][] queries = [.. Enumerable.Range(0, (int)file.Count).Select(query => file.Row<float>(query))];
        var rows = Enumerable.Range(0, footage.VideoCount).ToDictionary(footage.IdOf, video => (long)video * footage.Model.SamplesPerVideo);
        var runs = new List<PeerRun>();
        var before = ProcessMemory.Now().Own;
        double after = 0;
        foreach (var (setting, options, isExact) in Settings())
        {
            foreach (var threads in (int[])[1, 2])
            {
                await using var index = await IndexUnderTest.OpenAsync(directory, footage, options with { Threads = threads });
                using var snapshot = await index.SnapshotAsync();
                var searched = isExact ? snapshot.Exactly() : snapshot;
                runs.Add(await MeasureAsync(searched, setting, threads, queries, hit => rows[hit.Video] + hit.Number));
                after = Math.Max(after, ProcessMemory.Now().Own);
            }
        }
        var build = JsonSerializer.Deserialize<PeerBuild>(await File.ReadAllTextAsync(BuildPath(directory)), PeerFigures.Json)!;
        var version = typeof(EmbeddedVectorStore).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(
            new PeerFigures("clustersearch", $"ClusterSearch {version}, .NET {Environment.Version}, {Index.Kernels.KernelSet.Chosen.Name}", "one-bit codes of units, int8 samples", build, after - before, runs),
            PeerFigures.Json));
    }

    /// <summary>The knob of recall from nothing to its default, and the search that misses nothing.</summary>
    private static IEnumerable<(string Setting, EmbeddedIndexOptions Options, bool IsExact)> Settings()
    {
        foreach (var deviations in (float[])[0, 0.5f, 1, 1.5f, 2, 3])
            yield return (string.Create(CultureInfo.InvariantCulture, $"deviations {deviations:0.#}"), new EmbeddedIndexOptions { Deviations = deviations, ExactPieces = 0 }, false);
        yield return ("exact", new EmbeddedIndexOptions(), true);
    }

    private static async Task<PeerRun> MeasureAsync(IVectorSnapshot snapshot, string setting, int threads, float[][] queries, Func<SampleHit, long> row)
    {
        // One call a query, or all in one.
        float[][][] calls = threads == 1 ? [.. queries.Select(query => new[] { query })] : [queries];
        var found = new List<IReadOnlyList<long>>();
        foreach (var call in calls)
            foreach (var hits in await SearchAsync(call)) found.Add([.. hits.Select(row)]);
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_settingTime)
        {
            foreach (var call in calls)
            {
                var began = clock.Elapsed;
                await SearchAsync(call);
                times.Add((clock.Elapsed - began).TotalMilliseconds);
            }
        }
        var rate = times.Count * calls[0].Length / clock.Elapsed.TotalSeconds;
        if (threads > 1) return new PeerRun(setting, threads, rate, null, null, found);
        var latency = Latency.Of(times);
        return new PeerRun(setting, threads, rate, latency.P50, latency.P95, found);

        ValueTask<IReadOnlyList<IReadOnlyList<SampleHit>>> SearchAsync(float[][] call) => snapshot.SearchSamplesAsync(call, VectorFilter.None, Top, CancellationToken.None);
    }

    private static string BuildPath(string directory) => Path.TrimEndingDirectorySeparator(directory) + ".json";
}
