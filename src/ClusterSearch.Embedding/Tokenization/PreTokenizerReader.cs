using System.Text.Json;
using ClusterSearch.Embedding.Directories;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>tokenizer.json's "pre_tokenizer".</summary>
internal static class PreTokenizerReader
{
    public static IPreTokenizer Read(JsonFile file, JsonElement? element)
    {
        if (element is not { } settings) return new NoSplit();
        switch (settings.Text("type"))
        {
            case "BertPreTokenizer":
                return new BertPreTokenizer();
            case "WhitespaceSplit":
                return new WhiteSpaceSplit();
            case "Metaspace":
                return Metaspace(file, settings);
            case "Split":
                return Split(file, settings);
            case "Sequence" when settings.GetProperty("pretokenizers").EnumerateArray().ToArray() is var parts:
                if (IsClips(parts)) return new ClipPreTokenizer();
                if (parts.Any(part => part.Text("type") == "ByteLevel"))
                    throw file.Unsupported("pre_tokenizer.pretokenizers", $"{settings.GetRawText().ReplaceLineEndings(" ")}; ByteLevel is known after CLIP's Split alone");
                return new PreTokenizerSequence([.. parts.Select(part => Read(file, part))]);
            case var other:
                throw file.Unsupported("pre_tokenizer.type",
                    $"{(other is null ? "missing" : $"'{other}'")}; BertPreTokenizer, WhitespaceSplit, Metaspace, Split, Sequence and, within one, CLIP's Split with ByteLevel are known");
        }
    }

    private static bool IsClips(JsonElement[] parts) =>
        parts is [var split, var bytes]
        && split.Text("type") == "Split" && split.GetProperty("pattern").Text("Regex") == ClipPreTokenizer.Pattern
        && split.Text("behavior") == "Removed" && split.Flag("invert") == true
        && bytes.Text("type") == "ByteLevel" && bytes.Flag("add_prefix_space") == false;

    private static Metaspace Metaspace(JsonFile file, JsonElement settings)
    {
        if (settings.Text("replacement") is not { Length: 1 } mark) throw file.Unsupported("pre_tokenizer.replacement", "not one character");
        // Old files say add_prefix_space, new ones prepend_scheme.
        var scheme = settings.Text("prepend_scheme") ?? (settings.Flag("add_prefix_space") == false ? "never" : "always");
        if (scheme is not ("always" or "never")) throw file.Unsupported("pre_tokenizer.prepend_scheme", $"'{scheme}'; always and never are known");
        return new Metaspace(mark[0], prepends: scheme == "always", settings.Flag("split") ?? true);
    }

    private static SplitAfter Split(JsonFile file, JsonElement settings)
    {
        if (settings.GetProperty("pattern").Text("String") is not { Length: > 0 } literal)
            throw file.Unsupported("pre_tokenizer.pattern", settings.GetProperty("pattern").GetRawText().ReplaceLineEndings(" ") + "; a literal is known");
        return settings.Text("behavior") == "MergedWithPrevious" && settings.Flag("invert") != true
            ? new SplitAfter(literal)
            : throw file.Unsupported("pre_tokenizer.behavior", $"'{settings.Text("behavior")}'; MergedWithPrevious, not inverted, is known");
    }
}
