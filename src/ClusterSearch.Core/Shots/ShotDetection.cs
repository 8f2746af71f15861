using ClusterSearch.Core.Embeddings;
using ClusterSearch.Core.Footage;
using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Core.Shots;

/// <summary>
/// Splits a video into shots. Each decision looks at two neighbouring samples alone, so it is the same whatever chunk
/// they came in.
/// </summary>
public static class ShotDetection
{
    /// <summary>
    /// Whether a shot ends between two neighbouring samples: at a gap in numbers; where the cosine is below
    /// <see cref="ShotOptions.CutSimilarity"/>; where the picture changed by <see cref="ShotOptions.StrongEdge"/> or more
    /// and the cosine is below <see cref="ShotOptions.StrongEdgeSimilarity"/>.
    /// </summary>
    /// <param name="previousNumber">The sample before.</param>
    /// <param name="number">The sample, above <paramref name="previousNumber"/>.</param>
    /// <param name="previousVector">Raw embedding of length 1.</param>
    /// <param name="vector">Raw embedding of length 1.</param>
    /// <param name="timing">Of the sample <paramref name="number"/>: how the picture changed on the way to it.</param>
    /// <param name="options">Thresholds.</param>
    /// <exception cref="ArgumentException">Numbers that do not ascend, different dimensions.</exception>
    public static bool IsCut(
        long previousNumber, long number, ReadOnlySpan<float> previousVector, ReadOnlySpan<float> vector,
        SampleTiming timing, ShotOptions options)
    {
        if (number <= previousNumber)
            throw new ArgumentException($"sample numbers ascend, found {previousNumber} before {number}", nameof(number));
        if (number != previousNumber + 1) return true;
        var cosine = DotProduct.Of(previousVector, vector);
        return cosine < options.CutSimilarity
            || (timing.EdgeStrength >= options.StrongEdge && cosine < options.StrongEdgeSimilarity);
    }

    /// <summary>Decides for a run of samples, with or without gaps.</summary>
    /// <returns>Entry i is true when a shot starts at sample i. Entry 0 always is; who knows the sample before it asks <see cref="IsCut"/>.</returns>
    public static bool[] ShotStarts(EmbeddedChunk run, ShotOptions options)
    {
        var starts = new bool[run.Count];
        for (var i = 0; i < starts.Length; i++)
            starts[i] = i == 0
                || IsCut(run.Numbers[i - 1], run.Numbers[i], run.Vector(i - 1), run.Vector(i), run.Timings[i], options);
        return starts;
    }
}
