using System.Numerics;

namespace ClusterSearch.Core.Moments;

/// <summary>
/// One shot's smoothed scores with what finding rises in them needs: window means, extrema, noise. A window begins at a
/// sample and holds those that follow within the stated length (less half a spacing): max(1, round(length * rate)) samples
/// of a uniform grid. Windows that the shot's end cuts short do not count, unless the whole shot is shorter than one.
/// </summary>
internal sealed class ScoreCurve
{
    // Neighbouring smoothed scores share most of their samples: about this many make one independent value
    // (1 / sum of the squared weights of the kernel is 6.4).
    public const int DependentSamples = 6;

    // Some twenty independent values. In less, the rises themselves and their smoothed tails are most of what varies.
    private const int LeastNoiseSamples = 128;

    // As many of them, evenly spaced, tell the noise of hours.
    private const int MostNoiseSamples = 4096;

    private readonly float[] _scores;
    private readonly int[] _windowEnds;
    private readonly float[] _windowMeans;
    private readonly ExtremumTree _windows;
    private readonly ExtremumTree _lows;

    /// <param name="scores">Smoothed, finite, at least one.</param>
    /// <param name="seconds">Of each sample's instant, ascending.</param>
    /// <param name="spacingSeconds">Between samples, typically.</param>
    /// <param name="windowSeconds">Length of a window.</param>
    public ScoreCurve(ReadOnlySpan<float> scores, ReadOnlySpan<double> seconds, double spacingSeconds, double windowSeconds)
    {
        _scores = scores.ToArray();
        _windowEnds = WindowEnds(seconds, windowSeconds - spacingSeconds / 2 + 1e-6 * spacingSeconds);
        _windowMeans = new float[_windowEnds.Length];
        for (var i = 0; i < _windowMeans.Length; i++) _windowMeans[i] = Mean(i, _windowEnds[i]);
        _windows = new ExtremumTree(_windowMeans);
        _lows = new ExtremumTree(Array.ConvertAll(_scores, score => -score));
        (NoiseDeviation, NoiseExtreme) = Noise(_scores);
    }

    public int Count => _scores.Length;

    public float this[int index] => _scores[index];

    /// <summary>
    /// Standard deviation of what the curve does where nothing happens: (q25 - q05) / .970, the distance of these two
    /// quantiles of a normal distribution. Rises lie above the lower quartile unless they fill most of the shot, and then
    /// the shot as a whole is the moment. 0 for fewer than 128 samples, from which it cannot be told.
    /// </summary>
    public double NoiseDeviation { get; }

    /// <summary>
    /// The highest value that noise alone is expected to reach over the shot, in standard deviations: sqrt(2 ln m) for m
    /// independent values (the universal threshold, Donoho and Johnstone 1994), with ln 2 floor(log2 m) for ln m.
    /// </summary>
    public double NoiseExtreme { get; }

    /// <summary>The window with the best mean among those inside [first, end), the first of equals; null if none fits.</summary>
    public ScoredWindow? BestWindow(int first, int end)
    {
        // Windows end no earlier than those that begin before them.
        int low = first, high = Math.Min(end, _windowEnds.Length);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (_windowEnds[middle] <= end) low = middle + 1;
            else high = middle;
        }
        if (low <= first) return null;
        var best = _windows.IndexOfMaximum(first, low);
        return new ScoredWindow(best, _windowEnds[best], _windowMeans[best]);
    }

    /// <summary>The greatest score in [first, end), the first of equals.</summary>
    public int IndexOfMaximum(int first, int end)
    {
        var best = first;
        for (var i = first + 1; i < end; i++)
            if (_scores[i] > _scores[best]) best = i;
        return best;
    }

    /// <summary>The nearest index from one on, in a direction (-1 or 1), whose score is at most a level; -1 when there is none.</summary>
    public int NearestAtMost(int from, int direction, double level)
    {
        var negated = -(float)level;
        return direction > 0 ? _lows.NextAtLeast(from, negated) : _lows.PreviousAtLeast(from, negated);
    }

    /// <summary>The middle one of the scores in [first, end), the lower of two.</summary>
    public float Median(int first, int end)
    {
        var sorted = _scores.AsSpan(first, end - first).ToArray();
        Array.Sort(sorted);
        return sorted[(sorted.Length - 1) / 2];
    }

    private float Mean(int first, int end)
    {
        double sum = 0;
        for (var i = first; i < end; i++) sum += _scores[i];
        return (float)(sum / (end - first));
    }

    private static int[] WindowEnds(ReadOnlySpan<double> seconds, double reachSeconds)
    {
        var ends = new List<int>(seconds.Length);
        for (int first = 0, end = 0; first < seconds.Length; first++)
        {
            end = Math.Max(end, first + 1);
            while (end < seconds.Length && seconds[end] - seconds[first] <= reachSeconds) end++;
            ends.Add(end);
            if (end == seconds.Length) break;
        }
        return [.. ends];
    }

    private static (double Deviation, double Extreme) Noise(float[] scores)
    {
        if (scores.Length < LeastNoiseSamples) return (0, 0);
        var stride = (scores.Length + MostNoiseSamples - 1) / MostNoiseSamples;
        var sorted = new float[(scores.Length + stride - 1) / stride];
        for (var i = 0; i < sorted.Length; i++) sorted[i] = scores[i * stride];
        Array.Sort(sorted);
        var last = sorted.Length - 1;
        var deviation = (sorted[last / 4] - (double)sorted[last / 20]) / 0.970;
        var independent = (uint)(scores.Length / DependentSamples);
        return (deviation, Math.Sqrt(2 * 0.6931471805599453 * BitOperations.Log2(independent)));
    }
}

/// <summary>Entries [First, End) of a curve and their mean.</summary>
internal readonly record struct ScoredWindow(int First, int End, float Mean);
