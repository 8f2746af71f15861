using System.Text;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>BERT's cleaning: control characters out, white space to spaces, CJK ideographs apart, accents off, lower case.</summary>
internal sealed class BertNormalizer(bool cleanText, bool handleChineseCharacters, bool stripAccents, bool lowerCase) : INormalizer
{
    public string Normalize(string text)
    {
        var builder = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            var current = rune;
            if (cleanText)
            {
                var isBlank = rune.Value is '\t' or '\n' or '\r';
                if (rune.Value is 0 or 0xFFFD || (!isBlank && CodePoints.IsOther(rune))) continue;
                if (isBlank || CodePoints.IsWhiteSpace(rune)) current = new Rune(' ');
            }

            if (handleChineseCharacters && IsIdeograph(current.Value)) builder.Append(' ').Append(current).Append(' ');
            else builder.Append(current);
        }

        var result = builder.ToString();
        if (stripAccents) result = StripAccents(result);
        return lowerCase ? CodePoints.ToLower(result) : result;
    }

    private static string StripAccents(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var rune in CodePoints.Normalize(text, NormalizationForm.FormD).EnumerateRunes())
            if (!CodePoints.IsNonSpacingMark(rune)) builder.Append(rune);
        return builder.ToString();
    }

    /// <summary>The blocks that the reference lists, with its own start of Extension E.</summary>
    private static bool IsIdeograph(int codePoint) =>
        codePoint is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
            or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF)
            or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
