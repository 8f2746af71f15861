using System.Text;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>One after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> normalizers) : INormalizer
{
    public string Normalize(string text) => normalizers.Aggregate(text, (current, normalizer) => normalizer.Normalize(current));
}

/// <summary>Canonical composition.</summary>
internal sealed class ComposedForm : INormalizer
{
    public string Normalize(string text) => text.Normalize(NormalizationForm.FormC);
}

/// <summary>Runs of white space to one space each.</summary>
internal sealed class WhiteSpaceFolding : INormalizer
{
    public string Normalize(string text)
    {
        var builder = new StringBuilder(text.Length);
        var wasBlank = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var isBlank = CodePoints.IsWhiteSpace(rune);
            if (!isBlank) builder.Append(rune);
            else if (!wasBlank) builder.Append(' ');
            wasBlank = isBlank;
        }

        return builder.ToString();
    }
}

internal sealed class LowerCasing : INormalizer
{
    public string Normalize(string text) => CodePoints.ToLower(text);
}
