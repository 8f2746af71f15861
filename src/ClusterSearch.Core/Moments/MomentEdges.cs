using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Moments;

/// <summary>
/// Turns samples into time, to the frame. Between two neighbouring samples there is one boundary, the same for the moment
/// that ends there and the one that begins there, so moments that do not share samples do not overlap in time either.
/// </summary>
public static class MomentEdges
{
    // A picture change that stands out from what goes on around it: at least this much (mean absolute luma difference),
    // and at least twice the mean of the changes before and after.
    private const float LeastEdge = 4;
    private const float EdgeProminence = 2;

    // How far to look for a sample behind a gap, and back for the distance of samples.
    private const int LookAround = 16;

    /// <summary>
    /// Start: the video's start for its first sample; where a shot starts, or the picture change stands out, the frame of
    /// that change (<see cref="SampleTiming.EdgeTicks"/>); behind a gap and else the presentation time of the sample's own
    /// frame (samples that show one and the same frame divide its time equally). End: the following sample's start by the
    /// same rule; the video's end when nothing follows within two sample distances of it; before a gap one sample distance
    /// after the last sample.
    /// </summary>
    /// <param name="facts">The video.</param>
    /// <param name="samples">Not empty; the first and the last one exist.</param>
    /// <param name="timingOf">Timing of a sample number; null where there is no such sample. Asked for numbers near the two ends only.</param>
    /// <param name="startsShot">Whether a shot starts at a sample that exists.</param>
    /// <returns>Presentation times, half-open [start, end), at least one tick apart.</returns>
    /// <exception cref="ArgumentException">An empty range, or one whose first or last sample does not exist.</exception>
    public static (long StartTicks, long EndTicks) Refine(
        VideoFacts facts, SampleRange samples, Func<long, SampleTiming?> timingOf, Func<long, bool> startsShot)
    {
        if (samples.IsEmpty) throw new ArgumentException("a moment has at least one sample", nameof(samples));
        var last = samples.End - 1;
        if (timingOf(samples.First) is null || timingOf(last) is not { } lastTiming)
            throw new ArgumentException($"the first and last sample of {samples} must exist", nameof(samples));

        var start = Boundary(facts, samples.First, timingOf, startsShot);
        var end = timingOf(samples.End) is null
            ? EndBeforeGap(facts, last, lastTiming, timingOf)
            : Boundary(facts, samples.End, timingOf, startsShot);
        return (start, Math.Max(end, start + 1));
    }

    /// <summary>Where sample <paramref name="number"/> begins.</summary>
    private static long Boundary(VideoFacts facts, long number, Func<long, SampleTiming?> timingOf, Func<long, bool> startsShot)
    {
        var timing = timingOf(number)!.Value;
        if (number == 0) return Math.Min(facts.StartTicks, timing.Ticks);
        if (timingOf(number - 1) is not { } previous) return timing.Ticks;
        if (timing.Ticks <= previous.Ticks) return ShareOfFrame(facts, number, timing.Ticks, timingOf);
        var isEdge = startsShot(number) || StandsOut(previous, timing, timingOf(number + 1));
        return isEdge ? Math.Clamp(timing.EdgeTicks, previous.Ticks + 1, timing.Ticks) : timing.Ticks;
    }

    private static bool StandsOut(SampleTiming previous, SampleTiming timing, SampleTiming? next) =>
        timing.EdgeStrength >= LeastEdge
        && timing.EdgeStrength >= EdgeProminence * (previous.EdgeStrength + (next?.EdgeStrength ?? previous.EdgeStrength)) / 2;

    /// <summary>Samples whose instants fall into one long frame (a still, a slow stream) divide the time it is shown.</summary>
    private static long ShareOfFrame(VideoFacts facts, long number, long frameTicks, Func<long, SampleTiming?> timingOf)
    {
        var first = number;
        while (timingOf(first - 1) is { } before && before.Ticks == frameTicks) first--;
        var end = number + 1;
        while (timingOf(end) is { } behind && behind.Ticks == frameTicks) end++;
        var endTicks = timingOf(end)?.Ticks ?? EndBeforeGap(facts, end - 1, timingOf(end - 1)!.Value, timingOf);
        return frameTicks + (long)((Int128)Math.Max(0, endTicks - frameTicks) * (number - first) / (end - first));
    }

    private static long EndBeforeGap(VideoFacts facts, long last, SampleTiming lastTiming, Func<long, SampleTiming?> timingOf)
    {
        var videoEnd = facts.StartTicks + facts.DurationTicks;
        var back = last;
        while (back > 0 && last - back < LookAround && timingOf(back - 1) is not null) back--;
        var ahead = last + 2;
        while (ahead <= last + LookAround && timingOf(ahead) is null) ahead++;

        var distance = back == last ? 0 : DivideUp(lastTiming.Ticks - timingOf(back)!.Value.Ticks, last - back);
        if (timingOf(ahead) is not { } next)
            return distance == 0 || videoEnd - lastTiming.Ticks <= 2 * distance ? videoEnd : lastTiming.Ticks + distance;
        // One frame through all of them tells no distance; the sample behind the gap does.
        if (distance == 0) distance = (next.Ticks - lastTiming.Ticks) / (ahead - last);
        return Math.Min(lastTiming.Ticks + distance, next.Ticks);
    }

    private static long DivideUp(long ticks, long count) => (ticks + count - 1) / count;
}
