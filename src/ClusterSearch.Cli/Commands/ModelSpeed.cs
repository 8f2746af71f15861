using System.Globalization;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Cli.Commands;

/// <summary>How fast a model is on this machine: preparing and encoding 640x480 pictures, and encoding short texts.</summary>
internal sealed record ModelSpeed(double ImagesPerSecond, double TextsPerSecond)
{
    private const int Seed = 20260;
    private const int Width = 640;
    private const int Height = 480;

    /// <summary>Long enough to outlast warm-up, short enough to wait for.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    public static ModelSpeed Measure(IImageTextModel model, TimeProvider clock, CancellationToken cancellation)
    {
        var images = model.Images;
        var pixels = new byte[Width * Height * 3];
        new Random(Seed).NextBytes(pixels);
        var picture = new RgbImage(Width, Height, pixels);
        var prepared = new float[images.BatchSize * images.PreparedLength];
        var vectors = new float[images.BatchSize * model.Facts.Dimension];
        var labels = new LabelScore[images.BatchSize * images.LabelsPerImage];
        var imagesPerSecond = Rate(clock, images.BatchSize, _ =>
        {
            for (var i = 0; i < images.BatchSize; i++)
                images.Prepare(picture, prepared.AsSpan(i * images.PreparedLength, images.PreparedLength));
            images.Encode(prepared, images.BatchSize, vectors, labels);
        }, cancellation);
        var textsPerSecond = Rate(clock, 1, run => model.Texts.Encode(string.Create(CultureInfo.InvariantCulture, $"a cat on street {run}")), cancellation);
        return new ModelSpeed(imagesPerSecond, textsPerSecond);
    }

    private static double Rate(TimeProvider clock, int itemsPerRun, Action<int> run, CancellationToken cancellation)
    {
        // The first run of a shape plans memory.
        run(0);
        var begun = clock.GetTimestamp();
        var runs = 0;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            run(++runs);
        }
        while (clock.GetElapsedTime(begun) < Duration);
        return runs * itemsPerRun / clock.GetElapsedTime(begun).TotalSeconds;
    }
}
