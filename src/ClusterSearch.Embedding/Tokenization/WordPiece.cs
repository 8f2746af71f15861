using System.Text;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>Longest piece first, from the left; a word with a rest that no piece matches is unknown as a whole.</summary>
internal sealed class WordPiece(Dictionary<string, int> vocabulary, int unknownId, string continuationPrefix, int maximumCodePoints) : ISubwordModel
{
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
        var marked = (continuationPrefix + word).AsSpan();
        var first = ids.Count;
        var start = 0;
        while (start < word.Length)
        {
            var end = word.Length;
            int id;
            while (!lookup.TryGetValue(Piece(start, end, marked), out id))
            {
                if (--end > start) continue;
                ids.RemoveRange(first, ids.Count - first);
                ids.Add(unknownId);
                return;
            }

            ids.Add(id);
            // The prefix takes the place of what has been matched.
            start = end;
            marked = (continuationPrefix + word[start..]).AsSpan();
        }

        ReadOnlySpan<char> Piece(int from, int to, ReadOnlySpan<char> text) =>
            from == 0 ? word.AsSpan(0, to) : text[..(continuationPrefix.Length + to - from)];
    }
}
