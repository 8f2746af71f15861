using System.Text;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>
/// Merges the pair that was learned earliest, again and again; the leftmost where it stands twice. By a queue, since
/// Gemma's words are whole texts.
/// </summary>
internal sealed class BytePairEncoding : ISubwordModel
{
    public required Dictionary<string, int> Vocabulary { get; init; }

    public required PairMerges Merges { get; init; }

    /// <summary>Set after the last character of a word; empty where there is none.</summary>
    public required string EndOfWord { get; init; }

    public required int UnknownId { get; init; }

    /// <summary>Whether a run of unknown characters is one unknown token.</summary>
    public required bool FusesUnknown { get; init; }

    /// <summary>Token of each byte, for characters that the vocabulary lacks; -1 where a byte has none. Null: no fallback.</summary>
    public required int[]? ByteIds { get; init; }

    public void Append(string word, List<long> ids)
    {
        var symbols = new List<Symbol>(word.Length);
        AddCharacters(word, symbols);
        if (symbols.Count == 0) return;
        Merge(symbols);
        for (var at = 0; at >= 0; at = symbols[at].Next) ids.Add(symbols[at].Id);
    }

    private void AddCharacters(string word, List<Symbol> symbols)
    {
        var lookup = Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<byte> bytes = stackalloc byte[4];
        var unknownIsDue = false;
        for (var at = 0; at < word.Length;)
        {
            var rune = Rune.GetRuneAt(word, at);
            var isLast = at + rune.Utf16SequenceLength == word.Length;
            var character = word.AsSpan(at, rune.Utf16SequenceLength);
            at += rune.Utf16SequenceLength;
            if (isLast && EndOfWord.Length > 0) character = string.Concat(character, EndOfWord);
            if (lookup.TryGetValue(character, out var id))
            {
                if (unknownIsDue) Add(UnknownId);
                unknownIsDue = false;
                Add(id);
            }
            else if (ByteIds is not null && HasAllBytes(character, out var utf8))
            {
                foreach (var value in utf8) Add(ByteIds[value]);
            }
            else
            {
                if (unknownIsDue && !FusesUnknown) Add(UnknownId);
                unknownIsDue = true;
            }
        }

        if (unknownIsDue) Add(UnknownId);

        void Add(int id) => symbols.Add(new Symbol(id, symbols.Count - 1, symbols.Count + 1));
    }

    private bool HasAllBytes(ReadOnlySpan<char> character, out byte[] utf8)
    {
        utf8 = new byte[Encoding.UTF8.GetByteCount(character)];
        Encoding.UTF8.GetBytes(character, utf8);
        foreach (var value in utf8)
            if (ByteIds![value] < 0) return false;
        return true;
    }

    private void Merge(List<Symbol> symbols)
    {
        symbols[^1] = symbols[^1] with { Next = -1 };
        var queue = new PriorityQueue<(int At, int MergedId), (int Rank, int At)>();
        for (var at = 0; at + 1 < symbols.Count; at++) Enqueue(at);
        while (queue.TryDequeue(out var merge, out _))
        {
            var left = symbols[merge.At];
            // What stood there when it was queued may have been merged since.
            if (left.Id < 0 || left.Next < 0) continue;
            var right = symbols[left.Next];
            if (!Merges.TryGet(left.Id, right.Id, out _, out var mergedId) || mergedId != merge.MergedId) continue;

            symbols[left.Next] = right with { Id = Symbol.Gone };
            symbols[merge.At] = left with { Id = mergedId, Next = right.Next };
            if (right.Next >= 0) symbols[right.Next] = symbols[right.Next] with { Previous = merge.At };
            if (left.Previous >= 0) Enqueue(left.Previous);
            Enqueue(merge.At);
        }

        void Enqueue(int at)
        {
            if (symbols[at].Next is var next and >= 0 && Merges.TryGet(symbols[at].Id, symbols[next].Id, out var rank, out var mergedId))
                queue.Enqueue((at, mergedId), (rank, at));
        }
    }

    /// <param name="Id"><see cref="Gone"/> once merged into the one before.</param>
    /// <param name="Previous">-1 at the start.</param>
    /// <param name="Next">-1 at the end.</param>
    private readonly record struct Symbol(int Id, int Previous, int Next)
    {
        public const int Gone = -1;
    }
}

/// <summary>The pairs that were learned, by the ids of their parts.</summary>
internal sealed class PairMerges(int capacity)
{
    private readonly Dictionary<long, (int Rank, int MergedId)> _merges = new(capacity);

    public void Add(int left, int right, int rank, int mergedId) => _merges[Key(left, right)] = (rank, mergedId);

    public bool TryGet(int left, int right, out int rank, out int mergedId)
    {
        var isFound = _merges.TryGetValue(Key(left, right), out var merge);
        (rank, mergedId) = merge;
        return isFound;
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
