using System.Globalization;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media;

namespace ClusterSearch.Benchmarks;

/// <summary>
/// How far --resize fast moves a vector: each frame delivered at its own size and scaled inside ffmpeg, both through the
/// model's own preparation and tower, and the cosine between the two vectors. Beside it, the processor time of decoding.
/// </summary>
internal static class FastResizeDeviation
{
    private static readonly string[] s_clips = ["bunny.mp4", "garden-walk.mp4", "space-day.mp4", "car-detection.mp4", "bottle-detection.mp4", "big-buck-bunny-30s.mp4"];

    public static async Task<int> RunAsync()
    {
        var reader = new FfmpegFootageReader();
        var clips = s_clips.Select(name => new[] { Models.Samples, Models.SharedClips }.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)).OfType<string>().ToList();
        var footage = new List<(string Path, VideoFacts Facts, SampleGrid Grid)>();
        foreach (var clip in clips)
        {
            var facts = await reader.ProbeAsync(clip, CancellationToken.None);
            footage.Add((clip, facts, SampleGrid.Create(facts, Sampling.Default)));
            Console.WriteLine($"{Path.GetFileName(clip)}: {facts.Width} x {facts.Height}");
        }

        Console.WriteLine("| model | frames | mean cosine | 1st percentile | smallest | next second, mean |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var name in Models.Names)
        {
            using var model = Models.Load(name);
            var (cosines, neighbours) = (new List<double>(), new List<double>());
            foreach (var (path, facts, grid) in footage)
            {
                var request = new FrameRequest { Path = path, Facts = facts, Grid = grid, Samples = SampleRange.Everything, FastShortestEdge = model.Facts.ResizeShortestEdge };
                var exact = await VectorsAsync(reader, model, request with { Resize = ResizeMode.Exact });
                var fast = await VectorsAsync(reader, model, request with { Resize = ResizeMode.Fast });
                foreach (var (number, vector) in exact)
                {
                    cosines.Add(Cosine(vector, fast[number]));
                    if (exact.TryGetValue(number + 1, out var next)) neighbours.Add(Cosine(vector, next));
                }
            }

            cosines.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {cosines.Count} | {cosines.Average():F5} | {cosines[cosines.Count / 100]:F5} | {cosines[0]:F5} | {neighbours.Average():F5} |"));
        }

        return 0;
    }

    private static async Task<Dictionary<long, float[]>> VectorsAsync(FfmpegFootageReader reader, IImageTextModel model, FrameRequest request)
    {
        var vectors = new Dictionary<long, float[]>();
        var prepared = new float[model.Images.PreparedLength];
        await foreach (var frame in reader.SampleAsync(request, new DecodeTrace(), CancellationToken.None))
            using (frame)
            {
                model.Images.Prepare(frame.Image, prepared);
                var vector = new float[model.Facts.Dimension];
                model.Images.Encode(prepared, 1, vector, new LabelScore[model.Images.LabelsPerImage]);
                vectors[frame.Number] = vector;
            }

        return vectors;
    }

    private static double Cosine(float[] a, float[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }
}
