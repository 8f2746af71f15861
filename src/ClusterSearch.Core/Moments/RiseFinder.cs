using ClusterSearch.Core.Smoothing;

namespace ClusterSearch.Core.Moments;

/// <summary>
/// Finds out whether a stretch of a curve stands up from its surroundings at its best window, and from where to where.
/// <para>
/// Each side is judged by itself. Its base is the median of the nearest run of low scores that is long enough to be a level
/// and not a dip, and whose contrast to the peak suffices (<see cref="MomentOptions"/>). The rise ends halfway between
/// peak and base: an edge that a symmetric kernel has smoothed crosses the half height where it was. A side without a base belongs to
/// the rise wholly; a stretch without a base on either side is flat.
/// </para>
/// </summary>
internal sealed class RiseFinder(ScoreCurve curve, MomentOptions options)
{
    // A base is local: over hours the level drifts.
    private const int BaseSamples = 256;

    // From this length on a rise has a level of its own, apart from its highest window.
    private const int PlateauSamples = 4 * Halo.Radius;

    // What remains of the contrast where the smoothing's tail no longer counts.
    private const double TailContrast = 0.1;

    /// <summary>The rise around the best window of the stretch [first, end); null when the stretch is flat.</summary>
    public Rise? Find(ScoredWindow peak, int first, int end)
    {
        var contrast = RequiredContrast(peak.Mean, BaseSamples);
        var before = FindBase(peak, contrast, -1, first, end);
        var after = FindBase(peak, contrast, 1, first, end);
        if (before is null && after is null) return null;

        var riseFirst = Extend(peak, peak.Mean, before, peak.First - 1, -1, first) + 1;
        var riseEnd = Extend(peak, peak.Mean, after, peak.End, 1, end);
        if (riseEnd - riseFirst >= PlateauSamples)
        {
            // Noise lifts the best window of a long rise above the rise's level, and half of that may cut the rise short.
            var level = Math.Min(peak.Mean, curve.Median(riseFirst, riseEnd));
            riseFirst = Extend(peak, level, before, riseFirst - 1, -1, first) + 1;
            riseEnd = Extend(peak, level, after, riseEnd, 1, end);
        }
        return new Rise(
            riseFirst, riseEnd,
            before is { } low ? SkipTail(peak, low, riseFirst - 1, -1, first) + 1 : first,
            after is { } lowAfter ? SkipTail(peak, lowAfter, riseEnd, 1, end) : end);
    }

    /// <summary>
    /// Noise alone makes the peak as high as its expected extreme over the shot, and a base as low as the extreme of a mean of as many
    /// independent values as it has.
    /// </summary>
    private double RequiredContrast(float peak, int baseSamples) => Math.Max(
        Math.Max(options.MinimumContrast, options.RelativeContrast * (peak - options.Background)),
        curve.NoiseDeviation * (options.NoiseMargin + curve.NoiseExtreme
            * (1 + 1 / Math.Sqrt(Math.Max(1, baseSamples / (double)ScoreCurve.DependentSamples)))));

    private SideBase? FindBase(ScoredWindow peak, double contrast, int direction, int first, int end)
    {
        var leastCount = (peak.End - peak.First + 1) / 2;
        var from = direction > 0 ? peak.End : peak.First - 1;
        while (true)
        {
            from = curve.NearestAtMost(from, direction, peak.Mean - contrast);
            if (from < first || from >= end) return null;
            var stop = from + direction;
            while (stop >= first && stop < end && Math.Abs(stop - from) < BaseSamples
                && curve[stop] <= peak.Mean - contrast / 2) stop += direction;
            var low = direction > 0 ? curve.Median(from, stop) : curve.Median(stop + 1, from + 1);
            var count = Math.Abs(stop - from);
            if (count >= leastCount && peak.Mean - low >= RequiredContrast(peak.Mean, count)) return new SideBase(low, from);
            from = stop;
            if (from < first || from >= end) return null;
        }
    }

    /// <summary>
    /// Walks from an index outwards while scores reach half the height; as far as the base's beginning, dips shorter than
    /// the window are bridged. Returns the first index no longer inside.
    /// </summary>
    private int Extend(ScoredWindow peak, double level, SideBase? side, int from, int direction, int limit)
    {
        if (side is not { } low) return direction > 0 ? limit : limit - 1;
        var threshold = (level + low.Level) / 2;
        var bridge = peak.End - peak.First;
        var outside = from;
        for (var index = from; direction > 0 ? index < limit : index >= limit; index += direction)
        {
            if (curve[index] >= threshold) outside = index + direction;
            else if (Math.Abs(index - outside) + 1 >= bridge || (index - low.Start) * direction >= 0) break;
        }
        return outside;
    }

    /// <summary>Walks over what smoothing carried out of the rise, so that it lifts no neighbouring moment.</summary>
    private int SkipTail(ScoredWindow peak, SideBase side, int from, int direction, int limit)
    {
        var tail = side.Level + TailContrast * (peak.Mean - side.Level);
        var index = from;
        while ((direction > 0 ? index < limit : index >= limit) && Math.Abs(index - from) < Halo.Radius
            && curve[index] > tail && curve[index] <= curve[index - direction]) index += direction;
        return index;
    }

    /// <param name="Level">Median of the low scores.</param>
    /// <param name="Start">The index nearest to the peak among them.</param>
    private readonly record struct SideBase(float Level, int Start);
}

/// <summary>A rise [First, End) and how far its smoothed tails reach, [TailFirst, TailEnd).</summary>
internal readonly record struct Rise(int First, int End, int TailFirst, int TailEnd);
