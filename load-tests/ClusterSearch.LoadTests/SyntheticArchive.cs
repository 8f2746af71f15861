using ClusterSearch.Archive;
using ClusterSearch.Archive.Ingestion;
using ClusterSearch.Core.Catalog;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;
using ClusterSearch.Embedding;

namespace ClusterSearch.LoadTests;

/// <summary>
/// An archive with as many samples as asked for and no footage behind them. Each video is a row of shots of 4 to 20
/// samples; a shot's centre is a mix of the model's own text vectors (so that real queries meet scores like real ones)
/// with noise, and its samples wander around it: cosine of neighbours about .95. Everything follows from the seed.
/// </summary>
internal static class SyntheticArchive
{
    private const int SamplesPerVideo = 1000;

    public static async Task FillAsync(OpenArchive archive, int sampleCount, int seed)
    {
        using var model = new ModelLoader().Load(OpenArchive.StarterModel, new ModelOptions());
        var facts = model.Facts;
        var encoding = new Core.Embeddings.Encoding
        {
            ModelHash = facts.Hash,
            ModelName = facts.Name,
            ModelDirectory = facts.Directory,
            Precision = facts.Precision,
            Dimension = facts.Dimension,
            Sampling = Sampling.Default,
            Resize = ResizeMode.Exact,
            Labels = facts.Labels,
        };
        await archive.Ports.Catalog.PutEncodingAsync(encoding, CancellationToken.None);
        var root = await archive.Ports.Catalog.RegisterRootAsync("synthetic", Path.GetTempPath(), CancellationToken.None);
        var random = new Random(seed);
        var motifs = Enumerable.Range(0, 64).Select(i => model.Texts.Encode(facts.Labels is { } labels ? labels[i * 15 % labels.Count] : $"thing {i}")).ToArray();
        for (var first = 0; first < sampleCount; first += SamplesPerVideo)
            await AddVideoAsync(archive, encoding, root, first / SamplesPerVideo, Math.Min(SamplesPerVideo, sampleCount - first), motifs, random);
        await archive.Ingestion.ReindexAsync(new Progress<IngestProgress>(), CancellationToken.None);
    }

    private static async Task AddVideoAsync(
        OpenArchive archive, Core.Embeddings.Encoding encoding, RootRecord root, int index, int samples, float[][] motifs, Random random)
    {
        var digest = new byte[16];
        random.NextBytes(digest);
        var id = VideoId.FromDigest(digest);
        var facts = new VideoFacts
        {
            Container = "synthetic",
            FileBytes = 1,
            StreamIndex = 0,
            Codec = "none",
            TimeBase = new Rational(1, 1000),
            StartTicks = 0,
            DurationTicks = samples * 1000L,
            CodedWidth = 640,
            CodedHeight = 360,
            Width = 640,
            Height = 360,
        };
        await archive.Ports.Catalog.PutVideoAsync(new VideoRecord { Id = id, Facts = facts, Attributes = new VideoAttributes($"camera-{index % 10}", null, null) }, CancellationToken.None);
        await archive.Ports.Catalog.RecordPlaceAsync(new PlaceRecord(new Place(root.Name, $"video-{index:D5}.mp4"), id, 1, 0), CancellationToken.None);
        var grid = SampleGrid.Create(facts, encoding.Sampling);
        await archive.Ports.Catalog.PlanAsync(id, encoding.Id, ChunkPlan.For(grid, ChunkPlan.DefaultChunkDuration), null, CancellationToken.None);
        var vectors = Wander(samples, encoding.Dimension, motifs, random, out var starts);
        while (await archive.Ports.Catalog.ClaimAsync(
                   new ClaimRequest { EncodingId = encoding.Id, Worker = "synthetic", LeaseDuration = TimeSpan.FromMinutes(1), EncoderFingerprint = "synthetic" },
                   CancellationToken.None) is { } lease)
        {
            var numbers = Enumerable.Range((int)lease.Chunk.Samples.First, (int)lease.Chunk.Samples.Count).Select(number => (long)number).ToArray();
            var chunk = new EmbeddedChunk
            {
                Dimension = encoding.Dimension,
                Numbers = numbers,
                Timings = [.. numbers.Select(number => new SampleTiming(number * 1000, starts[number] && number > 0 ? number * 1000 - 400 : number * 1000, starts[number] ? 80 : 2))],
                Vectors = vectors.AsSpan((int)numbers[0] * encoding.Dimension, numbers.Length * encoding.Dimension).ToArray(),
                LabelsPerSample = 5,
                Labels = [.. Enumerable.Range(0, numbers.Length * 5).Select(i => new LabelScore((ushort)(i % 1000), 0.5f / (1 + i % 5)))],
            };
            var receipt = await archive.Ports.RawVectors.WriteAsync(
                new RawVectorKey(id, encoding.Id, lease.Chunk.Index, lease.Token), chunk, CancellationToken.None);
            await archive.Ports.Catalog.CommitAsync(lease, new ChunkResult(receipt, chunk.Count, 0, "synthetic", null), CancellationToken.None);
        }
    }

    private static float[] Wander(int samples, int dimension, float[][] motifs, Random random, out bool[] starts)
    {
        var vectors = new float[samples * dimension];
        starts = new bool[samples];
        var centre = new float[dimension];
        for (int at = 0, end = 0; at < samples; at++)
        {
            if (at == end)
            {
                starts[at] = true;
                end = at + random.Next(4, 21);
                var first = motifs[random.Next(motifs.Length)];
                var second = motifs[random.Next(motifs.Length)];
                var weight = (float)random.NextDouble();
                for (var d = 0; d < dimension; d++) centre[d] = weight * first[d] + (1 - weight) * second[d] + Noise(random, 0.6f / MathF.Sqrt(dimension));
            }
            double norm = 0;
            for (var d = 0; d < dimension; d++)
            {
                var value = centre[d] + Noise(random, 0.2f / MathF.Sqrt(dimension));
                vectors[at * dimension + d] = value;
                norm += (double)value * value;
            }
            var scale = (float)(1 / Math.Sqrt(norm));
            for (var d = 0; d < dimension; d++) vectors[at * dimension + d] *= scale;
        }
        return vectors;
    }

    private static float Noise(Random random, float deviation) =>
        deviation * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
