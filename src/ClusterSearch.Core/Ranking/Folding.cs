using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Core.Ranking;

/// <summary>
/// Groups near-identical moments under the best of them ("38 more like this"): in rank order each moment joins the first
/// group whose best is similar enough, or begins one.
/// </summary>
public static class Folding
{
    /// <summary>Cosine of two key frames from which moments count as the same.</summary>
    public const float DefaultThreshold = 0.95f;

    /// <param name="keyFrameVectors">Each moment's key frame, of length 1, best moment first.</param>
    /// <param name="threshold">Cosine, -1 to 1.</param>
    /// <returns>Groups in rank order of their best; entries are indexes into the list, ascending. Every index stands in one group.</returns>
    /// <exception cref="ArgumentException">Vectors of different dimensions.</exception>
    public static IReadOnlyList<IReadOnlyList<int>> Group(IReadOnlyList<float[]> keyFrameVectors, float threshold = DefaultThreshold)
    {
        var groups = new List<List<int>>();
        for (var i = 0; i < keyFrameVectors.Count; i++)
        {
            var vector = keyFrameVectors[i];
            var group = groups.Find(candidate => DotProduct.Of(keyFrameVectors[candidate[0]], vector) >= threshold);
            if (group is null) groups.Add([i]);
            else group.Add(i);
        }
        return groups;
    }
}
