using System.Collections.Concurrent;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;

namespace ClusterSearch.Embedding.Pictures;

/// <summary>
/// From an 8-bit picture to what the vision graph receives: resize, centre crop, rescale, normalise, channels first.
/// Allocates nothing per picture once its size has been seen.
/// </summary>
internal sealed class PicturePreparation
{
    /// <summary>Sizes kept; an archive has few, and one plan of a 4K picture takes about 300 kB.</summary>
    private const int MaximumPlans = 32;

    private const int Levels = 256;

    private readonly ConcurrentDictionary<(int Width, int Height), ResizePlan> _plans = new();
    private readonly float[] _numberOfLevel = new float[3 * Levels];

    public PicturePreparation(PreprocessorConfig config)
    {
        Config = config;
        for (var channel = 0; channel < 3; channel++)
            for (var level = 0; level < Levels; level++)
            {
                var rescaled = (float)(level * config.RescaleFactor);
                _numberOfLevel[(channel * Levels) + level] = (rescaled - config.Mean[channel]) / config.StandardDeviation[channel];
            }
    }

    public PreprocessorConfig Config { get; }

    public int PreparedLength => 3 * Config.OutputWidth * Config.OutputHeight;

    public void Prepare(RgbImage image, Span<float> prepared)
    {
        if (prepared.Length != PreparedLength)
            throw new ArgumentException($"expected room for {PreparedLength} numbers, found {prepared.Length}", nameof(prepared));
        var sink = new PlanarSink(prepared, _numberOfLevel, Config.OutputWidth, PreparedLength / 3);
        PictureResize.Run(Plan(image), image, ref sink);
    }

    public ResizePlan Plan(RgbImage image)
    {
        if (image.Width <= 0 || image.Height <= 0 || image.Pixels.Length < (long)image.Width * image.Height * 3)
            throw new ClusterSearchException(ErrorCodes.RequestInvalid,
                $"a picture of {image.Width} x {image.Height} needs {(long)image.Width * image.Height * 3} bytes, found {image.Pixels.Length}");
        var size = (image.Width, image.Height);
        if (_plans.TryGetValue(size, out var plan)) return plan;
        if (_plans.Count >= MaximumPlans) _plans.Clear();
        return _plans.GetOrAdd(size, Config.PlanFor(image.Width, image.Height));
    }

    private readonly ref struct PlanarSink(Span<float> prepared, float[] numberOfLevel, int width, int planeLength) : PictureResize.IRowSink
    {
        private readonly Span<float> _prepared = prepared;

        public void Write(int row, ReadOnlySpan<byte> pixels)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                var levels = numberOfLevel.AsSpan(channel * Levels, Levels);
                var output = _prepared.Slice((channel * planeLength) + (row * width), width);
                var from = channel;
                for (var x = 0; x < output.Length; x++, from += 3) output[x] = levels[pixels[from]];
            }
        }
    }
}
