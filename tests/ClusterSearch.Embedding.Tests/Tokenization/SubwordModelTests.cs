using System.Buffers.Binary;
using ClusterSearch.Embedding.Tokenization;

namespace ClusterSearch.Embedding.Tests.Tokenization;

/// <summary>The models on vocabularies small enough to work out by hand.</summary>
public class SubwordModelTests
{
    [Theory]
    [InlineData("abcdacdxx", new long[] { 8, 1, 5, 0 })] // abcd a cd, and the run of unknown is one token
    [InlineData("xaxx", new long[] { 0, 1, 0 })]
    [InlineData("x😀", new long[] { 0 })]
    [InlineData("", new long[0])]
    public void The_best_scored_pieces_are_taken(string word, long[] expected)
    {
        // tokenizers' own example (models/unigram/model.rs).
        var model = new Unigram(["<unk>", "a", "b", "c", "d", "cd", "ab", "abc", "abcd"], [0, 0, 0, 0, 0, 1, 2, 5, 10], 0);
        Assert.Equal(expected, Ids(model, word));
    }

    [Fact]
    public void The_best_sum_equals_that_of_trying_every_cut()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var pieces = Enumerable.Range(0, 12).Select(_ => Word(random, 1, 4)).Prepend("<unk>").Distinct().ToList();
            var scores = pieces.Select(_ => -random.NextDouble() * 10).ToArray();
            var word = Word(random, 1, 9);
            var found = Ids(new Unigram(pieces, scores, 0), word);
            // The unknown id hides how many characters it stands for, so compare scores where nothing is unknown.
            if (found.Contains(0)) continue;
            Assert.True(Math.Abs(Best(word) - found.Sum(id => scores[id])) < 1e-9, $"seed {seed}: {word}");
            Assert.Equal(word, string.Concat(found.Select(id => pieces[(int)id])));

            double Best(string rest) => rest.Length == 0 ? 0
                : pieces.Select((piece, id) => rest.StartsWith(piece) ? scores[id] + Best(rest[piece.Length..]) : double.NegativeInfinity).Max();
        }

        static string Word(Random random, int from, int to) => string.Concat(Enumerable.Range(0, random.Next(from, to)).Select(_ => (char)('a' + random.Next(3))));
    }

    [Fact]
    public void Pieces_that_begin_a_text_are_found_shortest_first()
    {
        var index = new PieceIndex(["abc", "", "a", "b", "ab", "abd", "a"]);
        Assert.Equal([(2, 6), (3, 4), (4, 0)], index.BeginningAt("xabce", 1));
        Assert.Empty(index.BeginningAt("xabc", 0));
        Assert.Equal(6, index.Find("a"));
        Assert.Null(index.Find("abe"));
    }

    [Fact]
    public void The_earliest_learned_pair_is_merged_first_and_the_leftmost_of_equal_ones()
    {
        Dictionary<string, int> vocabulary = new() { ["a"] = 0, ["b"] = 1, ["c"] = 2, ["bc"] = 3, ["ab"] = 4, ["aa"] = 5, ["?"] = 6 };
        var model = Pairs(vocabulary, [("b", "c"), ("a", "b"), ("a", "a")]);
        Assert.Equal([0, 3], Ids(model, "abc"));
        Assert.Equal([4, 0], Ids(model, "aba"));
        Assert.Equal([5, 0], Ids(model, "aaa"));
        Assert.Empty(Ids(model, ""));
    }

    [Fact]
    public void A_character_without_a_token_falls_back_to_its_bytes_and_a_tab_to_its_own_token()
    {
        // As Gemma's: a token for the tab in place of <0x09>.
        var vocabulary = new Dictionary<string, int> { ["<unk>"] = 0, ["a"] = 1, ["\t"] = 2 };
        for (var value = 0; value < 256; value++)
            if (value != 9) vocabulary[$"<0x{value:X2}>"] = 100 + value;
        var model = Pairs(vocabulary, [], bytes: [.. Enumerable.Range(0, 256).Select(value => value == 9 ? -1 : 100 + value)]);
        Assert.Equal([1, 2, 100 + 0xC3, 100 + 0xA9, 100 + 0xF0, 100 + 0x9F, 100 + 0x98, 100 + 0x80, 100 + 0x0A], Ids(model, "a\té😀\n"));
    }

    [Theory]
    [InlineData(true, new long[] { 1, 0, 1 })]
    [InlineData(false, new long[] { 1, 0, 0, 1 })]
    public void A_run_of_unknown_characters_is_one_token_where_they_are_fused(bool fuses, long[] expected)
    {
        var model = Pairs(new Dictionary<string, int> { ["<unk>"] = 0, ["a"] = 1 }, [], fuses: fuses);
        Assert.Equal(expected, Ids(model, "axya"));
    }

    [Fact]
    public void Merging_equals_a_slow_scan_for_the_best_pair()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var vocabulary = new Dictionary<string, int> { ["a"] = 0, ["b"] = 1, ["c"] = 2 };
            var pairs = new List<(string Left, string Right)>();
            for (var i = 0; i < 12; i++)
            {
                var (left, right) = (vocabulary.Keys.ElementAt(random.Next(vocabulary.Count)), vocabulary.Keys.ElementAt(random.Next(vocabulary.Count)));
                // Two ways to the same token are the one case in which a queue and a scan may differ.
                if (left.Length + right.Length > 6 || !vocabulary.TryAdd(left + right, vocabulary.Count)) continue;
                pairs.Add((left, right));
            }

            var word = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => (char)('a' + random.Next(3))));
            var parts = word.Select(letter => letter.ToString()).ToList();
            while (true)
            {
                var best = Enumerable.Range(0, parts.Count - 1)
                    .Select(at => (Rank: pairs.IndexOf((parts[at], parts[at + 1])), At: at)).Where(merge => merge.Rank >= 0).DefaultIfEmpty((Rank: -1, At: -1)).Min();
                if (best.Rank < 0) break;
                parts[best.At] += parts[best.At + 1];
                parts.RemoveAt(best.At + 1);
            }

            Assert.True(parts.Select(part => (long)vocabulary[part]).SequenceEqual(Ids(Pairs(vocabulary, pairs), word)), $"seed {seed}: {word}");
        }
    }

    [Theory]
    [InlineData("ab", new long[] { 2 })]
    [InlineData("abc", new long[] { 2, 4 })]
    [InlineData("abx", new long[] { 0 })] // unknown as a whole
    [InlineData("ca", new long[] { 0 })] // c stands only within a word
    public void Word_pieces_are_matched_longest_first(string word, long[] expected) =>
        Assert.Equal(expected, Ids(new WordPiece(new() { ["[UNK]"] = 0, ["a"] = 1, ["ab"] = 2, ["##b"] = 3, ["##c"] = 4, ["##"] = 5 }, 0, "##", 100), word));

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void A_word_over_the_limit_is_unknown_by_code_points(int codePoints, bool isKnown)
    {
        var model = new WordPiece(new() { ["[UNK]"] = 0, ["😀"] = 1, ["##😀"] = 2 }, 0, "##", 100);
        var ids = Ids(model, string.Concat(Enumerable.Repeat("😀", codePoints)));
        Assert.Equal(isKnown ? codePoints : 1, ids.Length);
        Assert.Equal(isKnown ? 1 : 0, ids[0]);
    }

    [Fact]
    public void A_grapheme_cluster_is_replaced_by_its_shortest_match_and_a_long_one_by_characters()
    {
        // A trie with one entry: "e" gives "E". Units as Darts-clone lays them out: offset << 10, has-leaf at bit 8, label below.
        var trie = new uint[256];
        trie[0] = 128 << 10;
        trie[128 ^ 'e'] = (64 << 10) | 0x100 | 'e';
        trie[128 ^ 'e' ^ 64] = 0x80000000;
        var packed = new byte[4 + (trie.Length * 4) + 2];
        BinaryPrimitives.WriteUInt32LittleEndian(packed, (uint)trie.Length * 4);
        for (var i = 0; i < trie.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(packed.AsSpan(4 + (i * 4)), trie[i]);
        packed[^2] = (byte)'E';
        var map = CharacterMap.Read(packed)!;
        // A cluster of three bytes loses its accent, one of seven keeps them all.
        Assert.Equal("xE E\u0301\u0302\u0303", map.Normalize("xe\u0301 e\u0301\u0302\u0303"));
        Assert.Null(CharacterMap.Read(packed.AsSpan(0, 100)));
    }

    private static BytePairEncoding Pairs(Dictionary<string, int> vocabulary, List<(string Left, string Right)> pairs, int[]? bytes = null, bool fuses = false)
    {
        var merges = new PairMerges(pairs.Count);
        for (var rank = 0; rank < pairs.Count; rank++)
            merges.Add(vocabulary[pairs[rank].Left], vocabulary[pairs[rank].Right], rank, vocabulary[pairs[rank].Left + pairs[rank].Right]);
        return new BytePairEncoding { Vocabulary = vocabulary, Merges = merges, EndOfWord = "", UnknownId = vocabulary.GetValueOrDefault("<unk>"), FusesUnknown = fuses, ByteIds = bytes };
    }

    private static long[] Ids(ISubwordModel model, string word)
    {
        var ids = new List<long>();
        model.Append(word, ids);
        return [.. ids];
    }
}
