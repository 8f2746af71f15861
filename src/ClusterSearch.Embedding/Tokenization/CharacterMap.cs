using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>
/// SentencePiece's map of characters ("Precompiled"): a double-array trie over UTF-8 from sequences to their replacements.
/// As in the reference, a grapheme cluster of fewer than six bytes is replaced as a whole by the <em>shortest</em> of its
/// beginnings that the map has (spm_precompiled and tokenizers, which say themselves that it looks wrong and is meant so);
/// longer ones, and those without a match, character by character.
/// </summary>
internal sealed class CharacterMap : INormalizer
{
    private const int WholeClusterBytes = 6;

    private readonly uint[] _trie;
    private readonly byte[] _replacements;

    private CharacterMap(uint[] trie, byte[] replacements) => (_trie, _replacements) = (trie, replacements);

    /// <param name="packed">Length of the trie in bytes, the trie, the replacements, each ended by a zero.</param>
    /// <returns>Null when it is not laid out so.</returns>
    public static CharacterMap? Read(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < 8) return null;
        var trieBytes = BinaryPrimitives.ReadUInt32LittleEndian(packed);
        if (trieBytes < 4 || trieBytes > packed.Length - 4) return null;
        var trie = new uint[trieBytes / 4];
        for (var i = 0; i < trie.Length; i++) trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(packed[(4 + (i * 4))..]);
        var replacements = packed[(4 + (trie.Length * 4))..];
        return System.Text.Unicode.Utf8.IsValid(replacements) ? new CharacterMap(trie, replacements.ToArray()) : null;
    }

    public string Normalize(string text)
    {
        var builder = new StringBuilder(text.Length);
        Span<byte> bytes = stackalloc byte[WholeClusterBytes];
        for (var at = 0; at < text.Length;)
        {
            var cluster = text.AsSpan(at, StringInfo.GetNextTextElementLength(text, at));
            at += cluster.Length;
            if (Encoding.UTF8.TryGetBytes(cluster, bytes[..(WholeClusterBytes - 1)], out var length) && TryAppend(bytes[..length], builder)) continue;
            foreach (var rune in cluster.EnumerateRunes())
                if (!TryAppend(bytes[..rune.EncodeToUtf8(bytes)], builder)) builder.Append(rune);
        }

        return builder.ToString();
    }

    private bool TryAppend(ReadOnlySpan<byte> key, StringBuilder builder)
    {
        if (ShortestMatch(key) is not { } start || start >= _replacements.Length) return false;
        var replacement = _replacements.AsSpan(start);
        var end = replacement.IndexOf((byte)0);
        builder.Append(Encoding.UTF8.GetString(end < 0 ? replacement : replacement[..end]));
        return true;
    }

    /// <summary>
    /// Walks the trie (Darts-clone: a unit holds a label, whether a value hangs below it, and the offset of its children).
    /// </summary>
    private int? ShortestMatch(ReadOnlySpan<byte> key)
    {
        var node = Offset(_trie[0]);
        foreach (var label in key)
        {
            if (label == 0) return null;
            node ^= label;
            if (node >= _trie.Length) return null;
            var unit = _trie[node];
            if ((unit & 0x800000FF) != label) return null;
            node ^= Offset(unit);
            if (node >= _trie.Length) return null;
            if ((unit >> 8 & 1) == 1) return (int)(_trie[node] & 0x7FFFFFFF);
        }

        return null;

        static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);
    }
}
