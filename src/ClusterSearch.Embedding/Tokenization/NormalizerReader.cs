using System.Text.Json;
using ClusterSearch.Embedding.Directories;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>tokenizer.json's "normalizer".</summary>
internal static class NormalizerReader
{
    public static INormalizer Read(JsonFile file, JsonElement? element)
    {
        if (element is not { } settings) return new NormalizerSequence([]);
        switch (settings.Text("type"))
        {
            case "BertNormalizer":
                var lowerCase = settings.Flag("lowercase") ?? true;
                return new BertNormalizer(settings.Flag("clean_text") ?? true, settings.Flag("handle_chinese_chars") ?? true,
                    settings.Flag("strip_accents") ?? lowerCase, lowerCase);
            case "Sequence":
                return new NormalizerSequence([.. settings.GetProperty("normalizers").EnumerateArray().Select(part => Read(file, part))]);
            case "NFC":
                return new ComposedForm();
            case "Lowercase":
                return new LowerCasing();
            case "Strip":
                return new Stripping(settings.Flag("strip_left") ?? true, settings.Flag("strip_right") ?? true);
            case "Replace":
                return Replacement(file, settings);
            case "Precompiled":
                return Map(settings) ?? throw file.Unsupported("normalizer.precompiled_charsmap", "not a SentencePiece character map in base64");
            case var other:
                throw file.Unsupported("normalizer.type", $"{(other is null ? "missing" : $"'{other}'")}; BertNormalizer, Sequence, NFC, Lowercase, Strip, Replace and Precompiled are known");
        }
    }

    private static INormalizer Replacement(JsonFile file, JsonElement settings)
    {
        var pattern = settings.GetProperty("pattern");
        var content = settings.Text("content") ?? throw file.Unsupported("normalizer.Replace.content", "not a text");
        if (pattern.Text("String") is { Length: > 0 } literal) return new LiteralReplacement(literal, content);
        return pattern.Text("Regex") is { } expression && CodePointPattern.Parse(expression) is { } parsed
            ? new PatternReplacement(parsed, content)
            : throw file.Unsupported("normalizer.Replace.pattern", pattern.GetRawText().ReplaceLineEndings(" ") + "; a literal, or a set of characters with + or {n,} is known");
    }

    private static CharacterMap? Map(JsonElement settings)
    {
        var text = settings.Text("precompiled_charsmap") ?? "";
        var packed = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, packed, out var length) ? CharacterMap.Read(packed.AsSpan(0, length)) : null;
    }
}
