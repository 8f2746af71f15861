using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Archive.Searching;

internal static class NamedLabels
{
    /// <summary>The names of the best labels, those below a floor left out.</summary>
    public static IReadOnlyList<NamedLabel> Of(ReadOnlySpan<LabelScore> labels, IReadOnlyList<string> names, int maximum, float floor)
    {
        var named = new List<NamedLabel>(maximum);
        foreach (var label in labels)
        {
            if (named.Count == maximum || label.Score < floor) break;
            if (label.Label < names.Count) named.Add(new NamedLabel(names[label.Label], label.Score));
        }
        return named;
    }
}
