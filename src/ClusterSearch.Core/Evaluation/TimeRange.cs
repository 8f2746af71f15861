namespace ClusterSearch.Core.Evaluation;

/// <summary>A piece of one video, half-open [Start, End) in seconds.</summary>
/// <param name="Video">Any name, the same for the same video.</param>
public readonly record struct TimeRange(string Video, double Start, double End)
{
    public double Duration => End - Start;

    /// <summary>
    /// Temporal intersection over union: length shared / length covered by either; 0 in different videos and where nothing
    /// is shared.
    /// </summary>
    public double IntersectionOverUnion(TimeRange other)
    {
        if (!string.Equals(Video, other.Video, StringComparison.Ordinal)) return 0;
        var shared = Math.Min(End, other.End) - Math.Max(Start, other.Start);
        return shared > 0 ? shared / (Duration + other.Duration - shared) : 0;
    }
}
