using System.Diagnostics;
using System.Globalization;
using ClusterSearch.Conformance.Vectors;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Index;

// Usage: ClusterSearch.IndexBenchmarks [samples] [dimension] [directory]
// Defaults: 100000 samples of 512 dimensions in replacements of 120, then 10,000 videos of 100 samples of 32 dimensions.
const int ReplacementSamples = 120;
const int VideoSamples = 3600;
var sampleCount = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
var dimension = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 512;
var root = args.Length > 2 ? args[2] : Path.GetTempPath();
var directory = Path.Combine(root, $"clustersearch-index-{Environment.ProcessId}");
try
{
    await SearchingAsync(Path.Combine(directory, "searching"));
    await ManyVideosAsync(Path.Combine(directory, "many"), 10_000, 100, 32);
}
finally
{
    if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
}

async Task SearchingAsync(string path)
{
    Console.WriteLine($"{sampleCount} samples of {dimension} dimensions, videos of {VideoSamples}, {Environment.ProcessorCount} processors, {Environment.Version}");
    var random = new Random(1);
    var replacements = new List<UnitReplacement>();
    var plain = new float[(long)sampleCount * dimension];
    for (var sample = 0; sample < sampleCount; sample += ReplacementSamples)
    {
        var first = sample % VideoSamples;
        var units = Footage.Units(random, first, Math.Min(ReplacementSamples, sampleCount - sample), dimension);
        replacements.Add(new UnitReplacement(Footage.Id(sample / VideoSamples), Footage.Nowhere, new SampleRange(first, first + ReplacementSamples), units));
        var at = (long)sample * dimension;
        foreach (var unit in units)
        {
            unit.Vectors.CopyTo(plain.AsSpan((int)at));
            at += unit.Vectors.Length;
        }
    }

    var manifests = new InMemoryManifestRegister();
    await using var store = await EmbeddedVectorStore.OpenAsync(path, manifests, new EmbeddedIndexOptions(), CancellationToken.None);
    var clock = Stopwatch.StartNew();
    var slowest = TimeSpan.Zero;
    foreach (var replacement in replacements)
    {
        var one = Stopwatch.StartNew();
        await store.ReplaceAsync("e", [replacement], CancellationToken.None);
        if (one.Elapsed > slowest) slowest = one.Elapsed;
    }
    Console.WriteLine($"append: {sampleCount / clock.Elapsed.TotalSeconds:N0} samples/s, {replacements.Count} durable replacements in {clock.Elapsed.TotalSeconds:0.00} s, the slowest {slowest.TotalMilliseconds:0} ms");
    Console.WriteLine($"segments: {Directory.GetFiles(Path.Combine(path, "e"), "*.seg").Length}");

    using var snapshot = await store.SnapshotAsync("e", CancellationToken.None);
    var count = await snapshot.CountAsync(VectorFilter.None, CancellationToken.None);
    Console.WriteLine($"units: {count.Units}");
    var near = Footage.Normalised([.. plain.AsSpan(1234 * dimension, dimension).ToArray().Zip(Footage.Direction(random, dimension), (value, noise) => value + 0.5f * noise)]);
    var nowhere = Footage.Direction(random, dimension);
    var window = new VectorFilter { SecondsAfter = 100, SecondsBefore = 900 };

    await Report("snapshot, nothing new", async () => (await store.SnapshotAsync("e", CancellationToken.None)).Dispose());
    await Report("brute force over an array, top 100", () => Task.FromResult(BruteForce(plain, near, 100)));
    await Report("SearchUnits k=1024", () => snapshot.SearchUnitsAsync([near], VectorFilter.None, 1024, CancellationToken.None).AsTask());
    await Report("SearchUnits all", () => snapshot.SearchUnitsAsync([near], VectorFilter.None, int.MaxValue, CancellationToken.None).AsTask());
    await Report("SearchUnits k=1024, 8 queries", () => snapshot.SearchUnitsAsync([.. Enumerable.Repeat(near, 8)], VectorFilter.None, 1024, CancellationToken.None).AsTask());
    await Report("SearchUnits k=1024, in-video window", () => snapshot.SearchUnitsAsync([near], window, 1024, CancellationToken.None).AsTask());
    await Report("SearchSamples top 100, near something", () => snapshot.SearchSamplesAsync([near], VectorFilter.None, 100, CancellationToken.None).AsTask());
    await Report("SearchSamples top 100, near nothing", () => snapshot.SearchSamplesAsync([nowhere], VectorFilter.None, 100, CancellationToken.None).AsTask());
    await Report("SearchSamples all", () => snapshot.SearchSamplesAsync([near], VectorFilter.None, int.MaxValue, CancellationToken.None).AsTask());
    await Report("ScoreSamples of 200", () => snapshot.ScoreSamplesAsync([near], Footage.Id(3), new SampleRange(1000, 1200), CancellationToken.None).AsTask());
    await Report("Count", () => snapshot.CountAsync(VectorFilter.None, CancellationToken.None).AsTask());
    await Report("Count, in-video window", () => snapshot.CountAsync(window, CancellationToken.None).AsTask());
    await Report("ListUnits", () => snapshot.ListUnitsAsync(Footage.Id(3), CancellationToken.None).AsTask());

    var found = (await snapshot.SearchSamplesAsync([near], VectorFilter.None, 100, CancellationToken.None))[0];
    var expected = BruteForce(plain, near, 100);
    Console.WriteLine($"the 100 best are those of brute force: {found.Select(hit => (hit.Video, hit.Number)).ToHashSet().SetEquals(expected.Select(i => (Footage.Id(i / VideoSamples), (long)(i % VideoSamples))))}");

    await using var reader = await EmbeddedVectorStore.OpenAsync(path, manifests, new EmbeddedIndexOptions(), CancellationToken.None);
    await Report("opening and first snapshot", async () =>
    {
        await using var fresh = await EmbeddedVectorStore.OpenAsync(path, manifests, new EmbeddedIndexOptions(), CancellationToken.None);
        (await fresh.SnapshotAsync("e", CancellationToken.None)).Dispose();
    });
    var news = new List<double>();
    for (var i = 0; i < 40; i++)
    {
        await store.ReplaceAsync("e", [replacements[i]], CancellationToken.None);
        clock.Restart();
        (await reader.SnapshotAsync("e", CancellationToken.None)).Dispose();
        news.Add(clock.Elapsed.TotalMilliseconds);
    }
    Console.WriteLine($"{"snapshot, a new manifest",-42} {news.Order().ElementAt(news.Count / 2),8:0.000} ms");
}

async Task ManyVideosAsync(string path, int videoCount, int samplesEach, int width)
{
    var random = new Random(2);
    var units = Footage.Units(random, 0, samplesEach, width);
    Console.WriteLine($"{videoCount} videos of {samplesEach} samples of {width} dimensions, one replacement each:");
    var manifests = new InMemoryManifestRegister();
    await using var store = await EmbeddedVectorStore.OpenAsync(path, manifests, new EmbeddedIndexOptions(), CancellationToken.None);
    var clock = Stopwatch.StartNew();
    for (var video = 0; video < videoCount; video++)
    {
        await store.ReplaceAsync("e", [new UnitReplacement(Footage.Id(video), Footage.Nowhere, new SampleRange(0, samplesEach), units)], CancellationToken.None);
        if ((video + 1) % (videoCount / 5) != 0) continue;
        Console.WriteLine($"  to {video + 1}: {clock.Elapsed.TotalMilliseconds / (videoCount / 5):0.00} ms a replacement");
        clock.Restart();
    }
    Console.WriteLine($"  segments: {Directory.GetFiles(Path.Combine(path, "e"), "*.seg").Length}");
    using var snapshot = await store.SnapshotAsync("e", CancellationToken.None);
    var query = Footage.Direction(random, width);
    await Report("  SearchUnits k=1024", () => snapshot.SearchUnitsAsync([query], VectorFilter.None, 1024, CancellationToken.None).AsTask());
    await Report("  SearchUnits k=1024, in-video window", () => snapshot.SearchUnitsAsync([query], new VectorFilter { SecondsAfter = 10, SecondsBefore = 90 }, 1024, CancellationToken.None).AsTask());
    await Report("  SearchSamples top 100", () => snapshot.SearchSamplesAsync([query], VectorFilter.None, 100, CancellationToken.None).AsTask());
    await Report("  ScoreSamples", () => snapshot.ScoreSamplesAsync([query], Footage.Id(77), SampleRange.Everything, CancellationToken.None).AsTask());
    await Report("  Count", () => snapshot.CountAsync(VectorFilter.None, CancellationToken.None).AsTask());
}

// Median of the runs that fit into a second, after three to warm up.
static async Task Report(string what, Func<Task> act)
{
    for (var i = 0; i < 3; i++) await act();
    var times = new List<double>();
    for (var all = Stopwatch.StartNew(); times.Count < 5 || (all.ElapsedMilliseconds < 1000 && times.Count < 1000);)
    {
        var clock = Stopwatch.StartNew();
        await act();
        times.Add(clock.Elapsed.TotalMilliseconds);
    }
    times.Sort();
    Console.WriteLine($"{what,-42} {times[times.Count / 2],8:0.000} ms (95 %: {times[times.Count * 95 / 100],8:0.000})");
}

// The same on all processors with the processor's own widest registers.
static int[] BruteForce(float[] vectors, float[] query, int k)
{
    var scores = new float[vectors.Length / query.Length];
    Parallel.For(0, (scores.Length + 1023) / 1024, block =>
    {
        for (var i = block * 1024; i < Math.Min(scores.Length, (block + 1) * 1024); i++)
        {
            var sum = System.Numerics.Vector<float>.Zero;
            var row = vectors.AsSpan(i * query.Length, query.Length);
            for (var c = 0; c < row.Length; c += System.Numerics.Vector<float>.Count)
                sum += new System.Numerics.Vector<float>(row[c..]) * new System.Numerics.Vector<float>(query, c);
            scores[i] = System.Numerics.Vector.Sum(sum);
        }
    });
    var least = scores.Order().ElementAt(Math.Max(0, scores.Length - k));
    return [.. Enumerable.Range(0, scores.Length).Where(i => scores[i] >= least).OrderByDescending(i => scores[i]).Take(k)];
}
