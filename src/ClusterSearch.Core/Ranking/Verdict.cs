namespace ClusterSearch.Core.Ranking;

public enum Verdict
{
    /// <summary>At least one moment stands out.</summary>
    Ok,

    /// <summary>The best is doubtful.</summary>
    Weak,

    /// <summary>Nothing stands out, or nothing could be searched.</summary>
    Nothing,
}
