using System.Globalization;
using System.Text;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>
/// Properties of code points as the reference tokenizers see them (Rust's char and the crate unicode_categories). Each side
/// knows them by the Unicode version it was built with: a code point that is newer than one of them may differ.
/// </summary>
internal static class CodePoints
{
    /// <summary>Unpaired surrogates become U+FFFD; without this, normalisation would throw.</summary>
    public static string WellFormed(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) builder.Append(rune);
        return builder.ToString();
    }

    /// <summary>Unicode normalisation; .NET's own throws for U+FFFE, which stands between its neighbours like any unassigned code point.</summary>
    public static string Normalize(string text, NormalizationForm form) =>
        text.Contains(Noncharacter) ? string.Join(Noncharacter, text.Split(Noncharacter).Select(part => part.Normalize(form))) : text.Normalize(form);

    private const char Noncharacter = '\uFFFE';

    /// <summary>Lower case of each code point by itself, with full mappings: Σ gives σ also at a word's end, İ gives i and a dot above.</summary>
    public static string ToLower(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // .NET's invariant casing leaves İ alone.
            if (rune.Value == 0x130) builder.Append("i\u0307");
            else builder.Append(Rune.ToLowerInvariant(rune));
        }

        return builder.ToString();
    }

    /// <summary>Unicode's White_Space property.</summary>
    public static bool IsWhiteSpace(Rune rune) => Rune.IsWhiteSpace(rune);

    /// <summary>Categories Cc, Cf and Co.</summary>
    public static bool IsOther(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    public static bool IsNonSpacingMark(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark;

    /// <summary>ASCII's symbols count as punctuation too.</summary>
    public static bool IsPunctuation(Rune rune) =>
        rune.IsAscii
            ? rune.Value is (>= 0x21 and <= 0x2F) or (>= 0x3A and <= 0x40) or (>= 0x5B and <= 0x60) or (>= 0x7B and <= 0x7E)
            : Rune.IsPunctuation(rune);

    public static bool IsLetter(Rune rune) => Rune.GetUnicodeCategory(rune) <= UnicodeCategory.OtherLetter;

    public static bool IsNumber(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
}
