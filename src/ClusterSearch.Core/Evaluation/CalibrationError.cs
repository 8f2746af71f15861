namespace ClusterSearch.Core.Evaluation;

/// <summary>How far stated probabilities lie from what came true.</summary>
public static class CalibrationError
{
    /// <summary>
    /// Expected calibration error: predictions sorted into bins of equal width, in each the distance between the mean
    /// prediction and the part that came true, weighted by how many there are (Naeini, Cooper and Hauskrecht, AAAI 2015).
    /// </summary>
    /// <param name="predictions">Probabilities from 0 to 1, and whether each came true.</param>
    /// <param name="bins">At least 1.</param>
    /// <returns>0 to 1; 0 without predictions.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A probability outside of 0 to 1, no bins.</exception>
    public static double Expected(IReadOnlyList<(double Probability, bool IsTrue)> predictions, int bins = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var sums = new (double Probability, int True, int Count)[bins];
        foreach (var (probability, isTrue) in predictions)
        {
            if (!(probability is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(predictions), $"probabilities lie from 0 to 1, found {probability}");
            ref var bin = ref sums[Math.Min(bins - 1, (int)(probability * bins))];
            bin = (bin.Probability + probability, bin.True + (isTrue ? 1 : 0), bin.Count + 1);
        }
        return predictions.Count == 0 ? 0 : sums.Sum(bin => Math.Abs(bin.Probability - bin.True)) / predictions.Count;
    }
}
