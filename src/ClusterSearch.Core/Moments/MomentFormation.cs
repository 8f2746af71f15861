using ClusterSearch.Core.Footage;

namespace ClusterSearch.Core.Moments;

/// <summary>
/// Splits a shot's curve of scores into moments: <see cref="MomentMethod.Shots"/>.
/// <para>
/// Best first: of the stretches not yet decided (at first the whole shot) the one with the best window is taken. If it
/// stands up from its surroundings there (see <see cref="RiseFinder"/>), the rise is a moment and what lies to its left and
/// right are stretches again; if not, the stretch is a moment as a whole. So a shot that shows one thing is one moment,
/// each car that passes a fixed camera is one, and the empty road between them is a weaker one. Remainders shorter than a
/// window are no moments, nor are the tails that smoothing carried out of a rise.
/// </para>
/// <para>
/// O(n log n) in the samples of the shot; work ends with the number of moments asked for, and asking for fewer gives the
/// first of those that asking for more gives.
/// </para>
/// </summary>
public static class MomentFormation
{
    /// <param name="numbers">Consecutive sample numbers of one shot.</param>
    /// <param name="seconds">Seconds of each sample's instant, ascending.</param>
    /// <param name="sampleSpacingSeconds">Typical distance of two samples, above 0.</param>
    /// <param name="smoothedScores">The query's score of each sample, smoothed within the shot; finite.</param>
    /// <param name="options">When a part of a shot is a moment of its own.</param>
    /// <param name="maximumMoments">How many are wanted, at least 1; int.MaxValue for all.</param>
    /// <returns>Best first, then by first sample; never overlapping, never empty. No samples give no moments.</returns>
    /// <exception cref="ArgumentException">Columns of different lengths, numbers with gaps, scores that are not finite, options out of range.</exception>
    public static IReadOnlyList<MomentCandidate> InShot(
        ReadOnlySpan<long> numbers, ReadOnlySpan<double> seconds, double sampleSpacingSeconds,
        ReadOnlySpan<float> smoothedScores, MomentOptions options, int maximumMoments)
    {
        Check(numbers, seconds, sampleSpacingSeconds, smoothedScores, maximumMoments);
        options.Validate();
        var moments = new List<MomentCandidate>();
        if (numbers.IsEmpty) return moments;

        var curve = new ScoreCurve(smoothedScores, seconds, sampleSpacingSeconds, options.WindowSeconds);
        var rises = new RiseFinder(curve, options);
        var undecided = new PriorityQueue<Stretch, ScoredWindow>(BestFirst);
        Leave(0, curve.Count);
        while (moments.Count < maximumMoments && undecided.TryDequeue(out var stretch, out var peak))
        {
            var rise = rises.Find(peak, stretch.First, stretch.End)
                ?? new Rise(stretch.First, stretch.End, stretch.First, stretch.End);
            moments.Add(new MomentCandidate(
                new SampleRange(numbers[rise.First], numbers[rise.End - 1] + 1), peak.Mean,
                numbers[curve.IndexOfMaximum(rise.First, rise.End)]));
            Leave(stretch.First, rise.TailFirst);
            Leave(rise.TailEnd, stretch.End);
        }
        return moments;

        void Leave(int first, int end)
        {
            if (first < end && curve.BestWindow(first, end) is { } best) undecided.Enqueue(new Stretch(first, end), best);
        }
    }

    private static readonly Comparer<ScoredWindow> BestFirst = Comparer<ScoredWindow>.Create((left, right) =>
        left.Mean != right.Mean ? right.Mean.CompareTo(left.Mean) : left.First.CompareTo(right.First));

    private static void Check(
        ReadOnlySpan<long> numbers, ReadOnlySpan<double> seconds, double sampleSpacingSeconds,
        ReadOnlySpan<float> smoothedScores, int maximumMoments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumMoments, 1);
        if (!double.IsFinite(sampleSpacingSeconds) || sampleSpacingSeconds <= 0)
            throw new ArgumentOutOfRangeException(nameof(sampleSpacingSeconds), $"a spacing is above 0 seconds, found {sampleSpacingSeconds}");
        if (seconds.Length != numbers.Length || smoothedScores.Length != numbers.Length)
            throw new ArgumentException(
                $"{numbers.Length} seconds and scores were expected, found {seconds.Length} and {smoothedScores.Length}", nameof(smoothedScores));
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i > 0 && numbers[i] != numbers[i - 1] + 1)
                throw new ArgumentException($"a shot's sample numbers have no gaps, found {numbers[i - 1]} before {numbers[i]}", nameof(numbers));
            if (i > 0 && !(seconds[i] >= seconds[i - 1]))
                throw new ArgumentException($"seconds ascend, entry {i} does not", nameof(seconds));
            if (!float.IsFinite(smoothedScores[i]))
                throw new ArgumentException($"scores are finite, sample {numbers[i]} has {smoothedScores[i]}", nameof(smoothedScores));
        }
    }

    private readonly record struct Stretch(int First, int End);
}
