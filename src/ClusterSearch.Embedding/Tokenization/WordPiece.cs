namespace ClusterSearch.Embedding.Tokenization;

/// <summary>Longest piece first, from the left; a word with a rest that no piece matches is unknown as a whole.</summary>
internal sealed class WordPiece(Dictionary<string, int> vocabulary, int unknownId, string continuationPrefix, int maximumCodePoints) : ISubwordModel
{
    private readonly int _longestPiece = vocabulary.Keys.Max(piece => piece.Length);

    public void Append(string word, List<long> ids)
    {
        var codePoints = 0;
        foreach (var _ in word.EnumerateRunes()) codePoints++;
        if (codePoints > maximumCodePoints)
        {
            ids.Add(unknownId);
            return;
        }

        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var continued = (continuationPrefix + word).ToCharArray();
        var first = ids.Count;
        for (var start = 0; start < word.Length;)
        {
            // The prefix takes the place of what has been matched.
            var shortest = start == 0 ? 0 : continuationPrefix.Length;
            var from = continuationPrefix.Length + start - shortest;
            continuationPrefix.CopyTo(0, continued, from, shortest);
            var length = Math.Min(continued.Length - from, _longestPiece);
            var id = unknownId;
            while (length > shortest && !lookup.TryGetValue(continued.AsSpan(from, length), out id)) length--;
            if (length <= shortest)
            {
                ids.RemoveRange(first, ids.Count - first);
                ids.Add(unknownId);
                return;
            }

            ids.Add(id);
            start += length - shortest;
        }
    }
}
