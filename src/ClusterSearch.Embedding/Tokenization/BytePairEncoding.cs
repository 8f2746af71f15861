namespace ClusterSearch.Embedding.Tokenization;

/// <summary>Merges the pair that was learned earliest, again and again; the leftmost where it stands twice.</summary>
internal sealed class BytePairEncoding(
    Dictionary<string, int> vocabulary, Dictionary<(string Left, string Right), int> ranks, string endOfWord, int unknownId) : ISubwordModel
{
    public void Append(string word, List<long> ids)
    {
        var parts = new List<string>(word.Length);
        foreach (var character in word) parts.Add(character.ToString());
        if (parts.Count == 0) return;
        parts[^1] += endOfWord;

        while (parts.Count > 1)
        {
            var best = -1;
            var bestRank = int.MaxValue;
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (!ranks.TryGetValue((parts[i], parts[i + 1]), out var rank) || rank >= bestRank) continue;
                (best, bestRank) = (i, rank);
            }

            if (best < 0) break;
            parts[best] += parts[best + 1];
            parts.RemoveAt(best + 1);
        }

        foreach (var part in parts) ids.Add(vocabulary.GetValueOrDefault(part, unknownId));
    }
}
