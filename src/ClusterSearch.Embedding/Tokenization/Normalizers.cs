using System.Text;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>One after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> normalizers) : INormalizer
{
    public bool LowersCase => normalizers.Any(normalizer => normalizer.LowersCase);

    public string Normalize(string text) => normalizers.Aggregate(text, (current, normalizer) => normalizer.Normalize(current));
}

/// <summary>Canonical composition.</summary>
internal sealed class ComposedForm : INormalizer
{
    public string Normalize(string text) => CodePoints.Normalize(text, NormalizationForm.FormC);
}

internal sealed class LowerCasing : INormalizer
{
    public bool LowersCase => true;

    public string Normalize(string text) => CodePoints.ToLower(text);
}

/// <summary>White space at the ends off.</summary>
internal sealed class Stripping(bool left, bool right) : INormalizer
{
    public string Normalize(string text)
    {
        var (start, end) = (0, text.Length);
        while (left && start < end && char.IsWhiteSpace(text[start])) start++;
        while (right && end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return text[start..end];
    }
}

/// <summary>Every occurrence of a literal by another text.</summary>
internal sealed class LiteralReplacement(string literal, string content) : INormalizer
{
    public string Normalize(string text) => text.Replace(literal, content, StringComparison.Ordinal);
}

/// <summary>Every match of a <see cref="CodePointPattern"/> by a text.</summary>
internal sealed class PatternReplacement(CodePointPattern pattern, string content) : INormalizer
{
    public string Normalize(string text)
    {
        var builder = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var length = pattern.MatchLength(text, at);
            if (length > 0)
            {
                builder.Append(content);
                at += length;
                continue;
            }

            var rune = Rune.GetRuneAt(text, at);
            builder.Append(rune);
            at += rune.Utf16SequenceLength;
        }

        return builder.ToString();
    }
}
