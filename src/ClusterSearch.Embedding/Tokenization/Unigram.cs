namespace ClusterSearch.Embedding.Tokenization;

/// <summary>
/// SentencePiece's unigram model: of all ways to cut a word into known pieces, the one with the best sum of scores; of
/// equal ones, the one whose last piece begins first. A character that no piece begins with is unknown at the cost of the
/// lowest score less ten, and a run of unknown ones is one token.
/// </summary>
internal sealed class Unigram : ISubwordModel
{
    private const double UnknownPenalty = 10;

    private readonly PieceIndex _pieces;
    private readonly double[] _scores;
    private readonly int _unknownId;
    private readonly double _unknownScore;

    /// <param name="pieces">By id.</param>
    /// <param name="scores">Logarithms of probabilities, by id.</param>
    public Unigram(IReadOnlyList<string> pieces, double[] scores, int unknownId)
    {
        (_scores, _unknownId) = (scores, unknownId);
        _unknownScore = scores.Min() - UnknownPenalty;
        _pieces = new PieceIndex(pieces);
    }

    public void Append(string word, List<long> ids)
    {
        var best = new Ending[word.Length + 1];
        for (var start = 0; start < word.Length;)
        {
            var length = char.IsSurrogatePair(word, start) ? 2 : 1;
            var isCovered = false;
            foreach (var (end, id) in _pieces.BeginningAt(word, start))
            {
                isCovered |= end - start == length;
                Offer(end, id, _scores[id]);
            }

            if (!isCovered) Offer(start + length, _unknownId, _unknownScore);
            start += length;

            void Offer(int end, int id, double score)
            {
                var total = best[start].Score + score;
                if (best[end].IsReached && !(total > best[end].Score)) return;
                best[end] = new Ending(true, start, id, total);
            }
        }

        var first = ids.Count;
        for (var end = word.Length; end > 0;)
        {
            var start = best[end].Start;
            if (best[end].Id != _unknownId)
            {
                ids.Add(best[end].Id);
                end = start;
                continue;
            }

            while (start > 0 && best[start].Id == _unknownId) start = best[start].Start;
            // Together they may be a piece after all, one that was too dear.
            ids.Add(_pieces.Find(word.AsSpan(start, end - start)) ?? _unknownId);
            end = start;
        }

        ids.Reverse(first, ids.Count - first);
    }

    /// <summary>Best way to reach a place in the word.</summary>
    private readonly record struct Ending(bool IsReached, int Start, int Id, double Score);
}
