using System.Text;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>
/// CLIP's split <c>'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>, white space dropped, then every byte of
/// the word as one visible character (GPT-2's byte table). By code points: .NET's own regular expressions see halves of
/// surrogate pairs. The byte-level step's regular expression splits none of these words any further.
/// </summary>
internal sealed class ClipPreTokenizer : IPreTokenizer
{
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

    private static readonly string[] s_contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];
    private static readonly char[] s_characterOfByte = ByteTable();

    private enum Kind
    {
        Blank,
        Letter,
        Number,
        Sign,
    }

    public void Split(string text, List<string> words)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = Contraction(text, at);
            if (length == 0) length = Run(text, at, out var kind) is var run && kind == Kind.Blank ? -run : run;
            if (length > 0) words.Add(Bytes(text.AsSpan(at, length)));
            at += Math.Abs(length);
        }
    }

    private static int Contraction(string text, int at)
    {
        foreach (var contraction in s_contractions)
            if (string.CompareOrdinal(text, at, contraction, 0, contraction.Length) == 0) return contraction.Length;
        return 0;
    }

    private static int Run(string text, int at, out Kind kind)
    {
        kind = KindAt(text, at, out var length);
        if (kind == Kind.Number) return length;
        while (at + length < text.Length && KindAt(text, at + length, out var next) == kind) length += next;
        return length;
    }

    private static Kind KindAt(string text, int at, out int length)
    {
        var rune = Rune.GetRuneAt(text, at);
        length = rune.Utf16SequenceLength;
        return CodePoints.IsWhiteSpace(rune) ? Kind.Blank
            : CodePoints.IsLetter(rune) ? Kind.Letter
            : CodePoints.IsNumber(rune) ? Kind.Number
            : Kind.Sign;
    }

    private static string Bytes(ReadOnlySpan<char> word)
    {
        var builder = new StringBuilder(word.Length);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in word.EnumerateRunes())
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                builder.Append(s_characterOfByte[value]);
        return builder.ToString();
    }

    private static char[] ByteTable()
    {
        var table = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var isVisible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            table[value] = (char)(isVisible ? value : next++);
        }

        return table;
    }
}
