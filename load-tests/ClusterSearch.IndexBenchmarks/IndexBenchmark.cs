using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index;

namespace ClusterSearch.IndexBenchmarks;

/// <summary>Fills an index batch by batch, as ingestion does, and times what a search asks of it.</summary>
internal sealed class IndexBenchmark(int sampleCount, int dimension, int seed)
{
    private const string Encoding = "benchmark";
    private const int BatchSamples = 120;
    private const int Rounds = 200;

    private readonly MadeUpFootage _footage = new(dimension, seed);

    public async Task RunAsync()
    {
        Console.WriteLine(Text($"{sampleCount} samples of {dimension} dimensions, seed {seed}; {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}"));
        var directory = Directory.CreateTempSubdirectory("clustersearch-index-").FullName;
        try
        {
            var all = new float[(long)sampleCount * dimension];
            await FillAsync(directory, all);
            await SearchAsync(directory, all);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task FillAsync(string directory, float[] all)
    {
        await using var store = await EmbeddedVectorStore.OpenAsync(directory, new EmbeddedIndexOptions(), CancellationToken.None);
        var batches = new List<double>();
        for (int video = 0, done = 0; done < sampleCount; video++)
        {
            var count = Math.Min(MadeUpFootage.SamplesPerVideo, sampleCount - done);
            var units = _footage.Video(video, count);
            foreach (var unit in units) unit.Vectors.CopyTo(all, (done + unit.FirstSample) * dimension);
            for (int from = 0; from < count; from += BatchSamples)
            {
                var range = new SampleRange(from, Math.Min(from + BatchSamples, count));
                var replacement = new UnitReplacement(MadeUpFootage.Id(video), new VideoAttributes($"camera-{video % 10}", null, null), range, [.. units.Where(unit => range.Contains(unit.FirstSample))]);
                var started = Stopwatch.GetTimestamp();
                await store.ReplaceAsync(Encoding, [replacement], CancellationToken.None);
                batches.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
            done += count;
        }
        var closing = Stopwatch.GetTimestamp();
        await store.DisposeAsync();
        var total = batches.Sum() + Stopwatch.GetElapsedTime(closing).TotalMilliseconds;
        var files = Directory.GetFiles(directory, "*", SearchOption.AllDirectories);
        Console.WriteLine(Text($"filled in batches of {BatchSamples}: {1000 * sampleCount / total:0} samples/s; {files.Length} files, {files.Sum(file => new FileInfo(file).Length) / 1e6:0.0} MB; peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB"));
        Print("ReplaceAsync of a batch", batches);
    }

    private async Task SearchAsync(string directory, float[] all)
    {
        var opening = Stopwatch.GetTimestamp();
        await using var store = await EmbeddedVectorStore.OpenAsync(directory, new EmbeddedIndexOptions(), CancellationToken.None);
        using var snapshot = await store.SnapshotAsync(Encoding, CancellationToken.None);
        Print("open to snapshot (warm files)", [Stopwatch.GetElapsedTime(opening).TotalMilliseconds]);
        var count = await snapshot.CountAsync(VectorFilter.None, CancellationToken.None);
        var started = Stopwatch.GetTimestamp();
        await snapshot.SearchSamplesAsync([_footage.Query(0)], VectorFilter.None, 100, CancellationToken.None);
        Print("first search", [Stopwatch.GetElapsedTime(started).TotalMilliseconds]);

        var camera = new VectorFilter { Cameras = new HashSet<string> { "camera-3" } };
        await TimeAsync($"SearchUnits, all {count.Units}", query => snapshot.SearchUnitsAsync([query], VectorFilter.None, int.MaxValue, CancellationToken.None).AsTask());
        await TimeAsync("SearchUnits, best 100", query => snapshot.SearchUnitsAsync([query], VectorFilter.None, 100, CancellationToken.None).AsTask());
        await TimeAsync("SearchSamples, best 100", query => snapshot.SearchSamplesAsync([query], VectorFilter.None, 100, CancellationToken.None).AsTask());
        await TimeAsync("SearchSamples, best 1000", query => snapshot.SearchSamplesAsync([query], VectorFilter.None, 1000, CancellationToken.None).AsTask());
        await TimeAsync("SearchSamples, best 100 of a camera", query => snapshot.SearchSamplesAsync([query], camera, 100, CancellationToken.None).AsTask());
        await TimeAsync("ScoreSamples, 200 of a video", query => snapshot.ScoreSamplesAsync([query], MadeUpFootage.Id(sampleCount / MadeUpFootage.SamplesPerVideo / 2), new SampleRange(300, 500), CancellationToken.None).AsTask());
        await TimeAsync("Count of a camera", _ => snapshot.CountAsync(camera, CancellationToken.None).AsTask());
        await TimeAsync("brute force: best 100 of an array", query => Task.Run(() => BruteForce(all, query, 100)));
        await CompareAsync(snapshot, all);
    }

    private async Task TimeAsync<T>(string what, Func<float[], Task<T>> act)
    {
        var times = new List<double>();
        for (var round = -20; round < Rounds; round++)
        {
            var query = _footage.Query(Math.Abs(round));
            var started = Stopwatch.GetTimestamp();
            await act(query);
            // Those below 0 warm code and caches.
            if (round >= 0) times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        Print(what, times);
    }

    /// <summary>Every sample, in parallel, with the framework's own dot product.</summary>
    private List<(float Score, int Row)> BruteForce(float[] all, float[] query, int k)
    {
        var scores = new float[sampleCount];
        Parallel.For(0, (sampleCount + 1023) / 1024, block =>
        {
            for (var row = block * 1024; row < Math.Min(sampleCount, (block + 1) * 1024); row++)
                scores[row] = TensorPrimitives.Dot(query, all.AsSpan(row * dimension, dimension));
        });
        var best = new PriorityQueue<int, float>(k + 1);
        for (var row = 0; row < scores.Length; row++)
        {
            if (best.Count < k) best.Enqueue(row, scores[row]);
            else if (best.TryPeek(out _, out var least) && scores[row] > least) best.EnqueueDequeue(row, scores[row]);
        }
        return [.. best.UnorderedItems.Select(item => (item.Priority, item.Element)).OrderByDescending(item => item.Priority)];
    }

    /// <summary>Speed counts only if the answers are the same.</summary>
    private async Task CompareAsync(IVectorSnapshot snapshot, float[] all)
    {
        for (var i = 0; i < 20; i++)
        {
            var query = _footage.Query(i);
            var expected = BruteForce(all, query, 100);
            var found = (await snapshot.SearchSamplesAsync([query], VectorFilter.None, 100, CancellationToken.None))[0];
            for (var rank = 0; rank < found.Count; rank++)
                if (MathF.Abs(found[rank].Score - expected[rank].Score) > 1e-6f)
                    throw new InvalidOperationException(Text($"query {i}, rank {rank}: the index says {found[rank].Score:R}, the scan {expected[rank].Score:R}"));
        }
        Console.WriteLine("the best 100 of 20 queries equal those of the scan");
    }

    private static void Print(string what, List<double> milliseconds)
    {
        milliseconds.Sort();
        Console.WriteLine(Text($"{what,-38} p50 {milliseconds[milliseconds.Count / 2],8:0.000}  p95 {milliseconds[milliseconds.Count * 95 / 100],8:0.000}  max {milliseconds[^1],9:0.000} ms"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
