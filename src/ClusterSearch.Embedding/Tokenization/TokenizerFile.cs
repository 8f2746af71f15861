using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Embedding.Directories;
using ClusterSearch.Embedding.Families;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>
/// Reads tokenizer.json (Hugging Face tokenizers). What lies outside the known subset is refused by its name, never
/// skipped: a tokenizer that is nearly right gives vectors that are wholly wrong, silently.
/// </summary>
internal static class TokenizerFile
{
    /// <param name="maximumLength">The model's own limit beside the file's; null when it has none.</param>
    /// <param name="lowersCase">Whether the model was trained on lower case: where the file's normaliser does not see to it, the tokenizer does.</param>
    /// <exception cref="ClusterSearchException">model.incomplete, model.broken, model.unsupported.</exception>
    public static TextTokenizer Read(string path, int? maximumLength, bool lowersCase = false) =>
        JsonFile.Read(path, "a tokenizer.json", file => Read(file, maximumLength, lowersCase));

    private static TextTokenizer Read(JsonFile file, int? maximumLength, bool lowersCase)
    {
        var (model, vocabulary) = SubwordModelReader.Read(file);
        var added = Added(file);
        var (prefix, suffix) = TemplateReader.Read(file, added, vocabulary);
        var normalizer = NormalizerReader.Read(file, file.Find("normalizer"));
        return new TextTokenizer
        {
            Normalizer = normalizer,
            PreTokenizer = PreTokenizerReader.Read(file, file.Find("pre_tokenizer")),
            Model = model,
            Added = added,
            Vocabulary = vocabulary,
            Prefix = prefix,
            Suffix = suffix,
            MaximumLength = Smaller(Truncation(file), maximumLength),
            Padding = Padding(file),
            LowersCaseFirst = lowersCase && !normalizer.LowersCase,
        };
    }

    private static int? Smaller(int? a, int? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);

    private static List<AddedToken> Added(JsonFile file)
    {
        var tokens = new List<AddedToken>();
        if (file.Find("added_tokens") is not { ValueKind: JsonValueKind.Array } entries) return tokens;
        foreach (var entry in entries.EnumerateArray())
        {
            var content = entry.Text("content") ?? throw file.Unsupported("added_tokens", "without content");
            if (entry.Flag("single_word") == true) throw file.Unsupported("added_tokens.single_word", $"true for '{content}'");
            tokens.Add(new AddedToken(entry.GetProperty("id").GetInt32(), content,
                entry.Flag("lstrip") ?? false, entry.Flag("rstrip") ?? false, entry.Flag("normalized") ?? true));
        }

        return tokens;
    }

    private static int? Truncation(JsonFile file)
    {
        if (file.Find("truncation") is null) return null;
        if (file.FindText("truncation", "direction") is { } direction and not "Right") throw file.Unsupported("truncation.direction", $"'{direction}'");
        return file.FindCount("truncation", "max_length");
    }

    private static TokenPadding? Padding(JsonFile file)
    {
        // The longest of a batch ("BatchLongest") is a text's own length where texts run one by one.
        if (file.Find("padding", "strategy") is not { ValueKind: JsonValueKind.Object } strategy) return null;
        if (file.FindText("padding", "direction") is { } direction and not "Right") throw file.Unsupported("padding.direction", $"'{direction}'");
        if (file.Find("padding", "pad_to_multiple_of") is not null) throw file.Unsupported("padding.pad_to_multiple_of", "given");
        return file.FindCount("padding", "strategy", "Fixed") is { } length and <= TextSettings.MaximumPadding && file.Find("padding", "pad_id") is { } id
            ? new TokenPadding(length, id.GetInt32())
            : throw file.Unsupported("padding.strategy", strategy.GetRawText().ReplaceLineEndings(" "));
    }
}
