using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Embedding;

/// <summary>The best of a picture's label scores, best first, equal ones by index.</summary>
internal static class TopLabels
{
    public static void Write(ReadOnlySpan<float> scores, Span<LabelScore> best)
    {
        var count = 0;
        for (var label = 0; label < scores.Length; label++)
        {
            var score = scores[label];
            if (count == best.Length && !(score > best[count - 1].Score)) continue;
            var at = count < best.Length ? count++ : count - 1;
            for (; at > 0 && best[at - 1].Score < score; at--) best[at] = best[at - 1];
            best[at] = new LabelScore((ushort)label, score);
        }
    }
}
