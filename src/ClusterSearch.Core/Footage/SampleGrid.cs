namespace ClusterSearch.Core.Footage;

/// <summary>
/// Where the samples of one video lie. Absolute: it depends on the video and the sampling alone, never on chunks.
/// Sample k of a uniform grid is the last frame whose presentation time is at or before start + k / rate, for every k
/// with start + k / rate before the end. Native and key-frame sampling list the presentation times themselves.
/// </summary>
public sealed class SampleGrid
{
    private readonly long[]? _listedTicks;

    private SampleGrid(Sampling sampling, Rational timeBase, long startTicks, long durationTicks, long[]? listedTicks)
    {
        Sampling = sampling;
        TimeBase = timeBase;
        StartTicks = startTicks;
        DurationTicks = durationTicks;
        _listedTicks = listedTicks;
        Count = listedTicks?.Length ?? UniformCount();
    }

    public Sampling Sampling { get; }

    public Rational TimeBase { get; }

    public long StartTicks { get; }

    public long DurationTicks { get; }

    /// <summary>Samples that the stated duration holds; damaged footage may give fewer.</summary>
    public long Count { get; }

    /// <summary>The listed presentation times; null for a uniform grid.</summary>
    public ReadOnlyMemory<long>? ListedTicks => _listedTicks;

    /// <param name="facts">The video.</param>
    /// <param name="sampling">How it is sampled.</param>
    /// <param name="listedTicks">Ascending presentation times, needed for native and key-frame sampling, else null.</param>
    public static SampleGrid Create(VideoFacts facts, Sampling sampling, long[]? listedTicks = null)
    {
        if (sampling.Kind == SamplingKind.Grid != (listedTicks is null))
            throw new ArgumentException($"listed times go with native and keyframes sampling only, sampling is {sampling}", nameof(listedTicks));
        for (var i = 1; i < listedTicks?.Length; i++)
            if (listedTicks[i] <= listedTicks[i - 1])
                throw new ArgumentException($"listed times ascend, entry {i} does not", nameof(listedTicks));
        return new SampleGrid(sampling, facts.TimeBase, facts.StartTicks, facts.DurationTicks, listedTicks);
    }

    /// <summary>
    /// The latest tick at or before the sample's instant: a frame is shown at that instant exactly if its presentation
    /// time is at or before this tick and no later frame's is.
    /// </summary>
    public long InstantTicks(long number)
    {
        if (_listedTicks is not null) return _listedTicks[number];
        // floor(number / rate / timeBase), exact.
        var numerator = (Int128)number * Sampling.Rate.Denominator * TimeBase.Denominator;
        var denominator = (Int128)Sampling.Rate.Numerator * TimeBase.Numerator;
        return StartTicks + (long)FloorDivide(numerator, denominator);
    }

    /// <summary>Seconds from the video's first frame to the sample's instant.</summary>
    public double Seconds(long number) => _listedTicks is not null
        ? (double)(_listedTicks[number] - StartTicks) * TimeBase.Numerator / TimeBase.Denominator
        : (double)number * Sampling.Rate.Denominator / Sampling.Rate.Numerator;

    /// <summary>Seconds of footage that a range of samples stands for: from its first instant to the next range's, or to the video's end.</summary>
    public double SpanSeconds(SampleRange samples)
    {
        if (samples.IsEmpty) return 0;
        var end = samples.End < Count ? Seconds(samples.End) : (double)DurationTicks * TimeBase.Numerator / TimeBase.Denominator;
        return Math.Max(0, end - Seconds(samples.First));
    }

    /// <summary>The first sample whose instant is at or after a time from the start, an exact fraction of seconds; at most <see cref="Count"/>.</summary>
    public long FirstAtOrAfter(Rational secondsFromStart)
    {
        if (_listedTicks is not null)
        {
            var tick = StartTicks + (long)CeilingDivide((Int128)secondsFromStart.Numerator * TimeBase.Denominator,
                (Int128)secondsFromStart.Denominator * TimeBase.Numerator);
            var at = Array.BinarySearch(_listedTicks, tick);
            return at >= 0 ? at : ~at;
        }
        var number = (long)CeilingDivide((Int128)secondsFromStart.Numerator * Sampling.Rate.Numerator,
            (Int128)secondsFromStart.Denominator * Sampling.Rate.Denominator);
        return Math.Clamp(number, 0, Count);
    }

    /// <summary>The sample shown at a time in seconds from the first frame: the last whose instant is at or before it; 0 before the first.</summary>
    public long SampleAt(double seconds)
    {
        if (Count == 0) return 0;
        long low = 0, high = Count - 1;
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            if (Seconds(middle) <= seconds + 1e-9) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private long UniformCount()
    {
        // k / rate < duration  <=>  k < duration * rate.
        var numerator = (Int128)DurationTicks * TimeBase.Numerator * Sampling.Rate.Numerator;
        var denominator = (Int128)TimeBase.Denominator * Sampling.Rate.Denominator;
        return (long)CeilingDivide(numerator, denominator);
    }

    private static Int128 FloorDivide(Int128 numerator, Int128 denominator)
    {
        var quotient = numerator / denominator;
        return numerator % denominator != 0 && numerator < 0 ? quotient - 1 : quotient;
    }

    private static Int128 CeilingDivide(Int128 numerator, Int128 denominator) => -FloorDivide(-numerator, denominator);
}
