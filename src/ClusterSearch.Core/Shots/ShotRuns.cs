namespace ClusterSearch.Core.Shots;

/// <summary>Consecutive samples of one shot among the entries of a list.</summary>
/// <param name="ShotFirstSample">The shot's key.</param>
/// <param name="Start">Entry of the first sample.</param>
/// <param name="Count">Entries, at least 1.</param>
public readonly record struct ShotRun(long ShotFirstSample, int Start, int Count);

/// <summary>Finds the gapless stretches of one shot each that smoothing and moments work on.</summary>
public static class ShotRuns
{
    /// <param name="numbers">Sample numbers of one video, ascending.</param>
    /// <param name="shotFirstSamples">The shot's key of each.</param>
    /// <returns>In order, covering every entry once; a gap in the numbers ends a run.</returns>
    public static IReadOnlyList<ShotRun> Of(ReadOnlySpan<long> numbers, ReadOnlySpan<long> shotFirstSamples)
    {
        if (numbers.Length != shotFirstSamples.Length)
            throw new ArgumentException($"one shot a sample was expected, found {shotFirstSamples.Length} for {numbers.Length}", nameof(shotFirstSamples));
        var runs = new List<ShotRun>();
        for (int start = 0, i = 1; i <= numbers.Length; i++)
        {
            if (i < numbers.Length && numbers[i] == numbers[i - 1] + 1 && shotFirstSamples[i] == shotFirstSamples[i - 1]) continue;
            runs.Add(new ShotRun(shotFirstSamples[start], start, i - start));
            start = i;
        }
        return runs;
    }
}
