namespace ClusterSearch.Core.Moments;

public enum MomentMethod
{
    /// <summary>The best window inside each shot, with the extent around it.</summary>
    Shots,

    /// <summary>The published method: top sample hits, those within a second of a better one joined to it.</summary>
    Reference,
}
