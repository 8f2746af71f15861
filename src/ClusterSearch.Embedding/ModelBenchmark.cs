using System.Diagnostics;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Embedding;

/// <summary>Speeds of a model here and now.</summary>
/// <param name="ImagesPerSecond">Prepared pictures through the vision tower in full batches.</param>
/// <param name="TextsPerSecond">Texts of six words, one after the other.</param>
public sealed record ModelSpeed(double ImagesPerSecond, double TextsPerSecond);

/// <summary>Measures a loaded model for a person who chooses one; load-tests/ClusterSearch.Benchmarks measures more exactly.</summary>
public static class ModelBenchmark
{
    /// <summary>Runs each tower once to warm up, then for about <paramref name="duration"/>.</summary>
    /// <param name="duration">For each of the two towers; at least one run is measured.</param>
    /// <exception cref="Core.ClusterSearchException">model.broken.</exception>
    public static ModelSpeed Measure(IImageTextModel model, TimeSpan duration, CancellationToken cancellation)
    {
        var images = model.Images;
        var prepared = new float[images.BatchSize * images.PreparedLength];
        for (var i = 0; i < prepared.Length; i++) prepared[i] = ((i * 7919) % 511 / 255f) - 1f;
        var vectors = new float[images.BatchSize * model.Facts.Dimension];
        var labels = new LabelScore[images.BatchSize * images.LabelsPerImage];
        return new ModelSpeed(
            images.BatchSize * RunsPerSecond(() => images.Encode(prepared, images.BatchSize, vectors, labels), duration, cancellation),
            RunsPerSecond(() => model.Texts.Encode("a red car turns left slowly"), duration, cancellation));
    }

    private static double RunsPerSecond(Action run, TimeSpan duration, CancellationToken cancellation)
    {
        run();
        var runs = 0;
        var clock = Stopwatch.StartNew();
        do
        {
            cancellation.ThrowIfCancellationRequested();
            run();
            runs++;
        }
        while (clock.Elapsed < duration);
        return runs / clock.Elapsed.TotalSeconds;
    }
}
