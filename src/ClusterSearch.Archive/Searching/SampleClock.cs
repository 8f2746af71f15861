using ClusterSearch.Core.Footage;

namespace ClusterSearch.Archive.Searching;

/// <summary>Turns sample numbers into seconds. On a uniform grid that takes no knowledge of the video.</summary>
internal readonly struct SampleClock
{
    private readonly Rational _rate;
    private readonly SampleGrid? _listed;

    private SampleClock(Rational rate, SampleGrid? listed, double spacing)
    {
        _rate = rate;
        _listed = listed;
        SpacingSeconds = spacing;
    }

    /// <summary>Seconds between samples where they are even, else on average.</summary>
    public double SpacingSeconds { get; }

    public static SampleClock Uniform(Rational rate) => new(rate, null, (double)rate.Denominator / rate.Numerator);

    public static SampleClock Of(SampleGrid grid) => grid.Sampling.Kind == SamplingKind.Grid
        ? Uniform(grid.Sampling.Rate)
        : new SampleClock(default, grid, Math.Max(1e-6, grid.SpanSeconds(new SampleRange(0, grid.Count)) / Math.Max(1, grid.Count)));

    public double Seconds(long number) => _listed?.Seconds(number) ?? (double)number * _rate.Denominator / _rate.Numerator;
}
