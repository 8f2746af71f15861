namespace ClusterSearch.Core.Shots;

/// <summary>
/// Where a shot ends. Measured with the starter model at one sample a second on real footage: hard cuts have a picture
/// change of 54 to 114 and a cosine of at most .30; within shots the change stays at or below 18. The cosine alone does not
/// tell them apart: a car that leaves a fixed camera's picture takes it from 1 to .11, and that must not cut the shot.
/// </summary>
public sealed record ShotOptions
{
    public static ShotOptions Default { get; } = new();

    /// <summary>Neighbours whose cosine is below this have nothing in common: a cut whatever the picture change. -1 to 1.</summary>
    public double CutSimilarity { get; init; }

    /// <summary>Picture change on the way to a sample that speaks for a cut: mean absolute luma difference, 0 to 255.</summary>
    public float StrongEdge { get; init; } = 25;

    /// <summary>At a strong edge the cosine must also be below this: a camera flash changes the picture and not what it shows. -1 to 1.</summary>
    public double StrongEdgeSimilarity { get; init; } = 0.9;
}
