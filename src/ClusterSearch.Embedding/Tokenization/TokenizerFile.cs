using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Embedding.Directories;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>
/// Reads tokenizer.json (Hugging Face tokenizers). What lies outside the known subset is refused by its name, never
/// skipped: a tokenizer that is nearly right gives vectors that are wholly wrong, silently.
/// </summary>
internal static class TokenizerFile
{
    /// <param name="maximumLength">The model's own limit beside the file's; null when it has none.</param>
    /// <exception cref="ClusterSearchException">model.incomplete, model.broken, model.unsupported.</exception>
    public static ITokenizer Read(string path, int? maximumLength)
    {
        using var file = JsonFile.Read(path);
        try
        {
            return Read(file, maximumLength);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ClusterSearchException(ErrorCodes.ModelBroken, $"{path}: not laid out as a tokenizer.json is: {fault.Message}", fault);
        }
    }

    private static TextTokenizer Read(JsonFile file, int? maximumLength)
    {
        var model = Model(file, out var vocabulary);
        var added = Added(file);
        var (prefix, suffix) = Template(file, added, vocabulary);
        return new TextTokenizer
        {
            Normalizer = Normalizer(file, file.Find("normalizer")),
            PreTokenizer = PreTokenizer(file),
            Model = model,
            Added = added,
            Prefix = prefix,
            Suffix = suffix,
            MaximumLength = Smaller(Truncation(file), maximumLength),
        };
    }

    private static int? Smaller(int? a, int? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);

    private static ISubwordModel Model(JsonFile file, out Dictionary<string, int> vocabulary)
    {
        var type = file.FindText("model", "type");
        if (type is not ("WordPiece" or "BPE")) throw file.Unsupported("model.type", Quote(type) + "; WordPiece and BPE are known");
        vocabulary = Vocabulary(file);
        var unknown = file.FindText("model", "unk_token") ?? throw file.Unsupported("model.unk_token", "missing");
        if (!vocabulary.TryGetValue(unknown, out var unknownId)) throw file.Unsupported("model.unk_token", $"{Quote(unknown)}, which the vocabulary lacks");
        if (type == "WordPiece")
            return new WordPiece(vocabulary, unknownId, file.FindText("model", "continuing_subword_prefix") ?? "##", file.FindCount("model", "max_input_chars_per_word") ?? 100);

        foreach (var option in new[] { "byte_fallback", "fuse_unk", "ignore_merges" }) RequireFalse(file, "model", option);
        if (file.Find("model", "dropout") is not null) throw file.Unsupported("model.dropout", "given");
        if (file.FindText("model", "continuing_subword_prefix") is { Length: > 0 } prefix) throw file.Unsupported("model.continuing_subword_prefix", Quote(prefix));
        return new BytePairEncoding(vocabulary, Merges(file), file.FindText("model", "end_of_word_suffix") ?? "", unknownId);
    }

    private static Dictionary<string, int> Vocabulary(JsonFile file)
    {
        if (file.Find("model", "vocab") is not { ValueKind: JsonValueKind.Object } entries) throw file.Unsupported("model.vocab", "not a table of tokens");
        var vocabulary = new Dictionary<string, int>(entries.GetPropertyCount());
        foreach (var entry in entries.EnumerateObject())
            vocabulary[entry.Name] = entry.Value.TryGetInt32(out var id) ? id : throw file.Unsupported("model.vocab", $"without a number for {Quote(entry.Name)}");
        return vocabulary;
    }

    private static Dictionary<(string Left, string Right), int> Merges(JsonFile file)
    {
        if (file.Find("model", "merges") is not { ValueKind: JsonValueKind.Array } entries) throw file.Unsupported("model.merges", "not a list");
        var merges = new Dictionary<(string Left, string Right), int>(entries.GetArrayLength());
        foreach (var entry in entries.EnumerateArray())
        {
            // Old files write "a b", new ones ["a", "b"].
            var pair = entry.ValueKind switch
            {
                JsonValueKind.String => entry.GetString()!.Split(' '),
                JsonValueKind.Array => [.. entry.EnumerateArray().Select(part => part.GetString() ?? "")],
                _ => [],
            };
            if (pair is not [var left, var right]) throw file.Unsupported("model.merges", $"without two parts in {entry.GetRawText()}");
            merges.TryAdd((left, right), merges.Count);
        }

        return merges;
    }

    private static INormalizer Normalizer(JsonFile file, JsonElement? element)
    {
        if (element is not { } settings) return new NormalizerSequence([]);
        switch (Text(settings, "type"))
        {
            case "BertNormalizer":
                var lowerCase = Flag(settings, "lowercase") ?? true;
                return new BertNormalizer(Flag(settings, "clean_text") ?? true, Flag(settings, "handle_chinese_chars") ?? true,
                    Flag(settings, "strip_accents") ?? lowerCase, lowerCase);
            case "Sequence":
                return new NormalizerSequence([.. settings.GetProperty("normalizers").EnumerateArray().Select(part => Normalizer(file, part))]);
            case "NFC":
                return new ComposedForm();
            case "Lowercase":
                return new LowerCasing();
            case "Replace" when settings.GetProperty("pattern") is var pattern && Text(pattern, "Regex") == @"\s+" && Text(settings, "content") == " ":
                return new WhiteSpaceFolding();
            case "Replace":
                throw file.Unsupported("normalizer.Replace", settings.GetProperty("pattern").GetRawText() + "; \\s+ to one space is known");
            case var other:
                throw file.Unsupported("normalizer.type", Quote(other) + "; BertNormalizer, Sequence, NFC, Lowercase and Replace are known");
        }
    }

    private static IPreTokenizer PreTokenizer(JsonFile file)
    {
        var type = file.FindText("pre_tokenizer", "type");
        if (type == "BertPreTokenizer") return new BertPreTokenizer();
        if (type == "Sequence" && file.Find("pre_tokenizer", "pretokenizers") is { ValueKind: JsonValueKind.Array } parts
            && parts.EnumerateArray().ToArray() is [var split, var bytes]
            && Text(split, "type") == "Split" && Text(split.GetProperty("pattern"), "Regex") == ClipPreTokenizer.Pattern
            && Text(split, "behavior") == "Removed" && Flag(split, "invert") == true
            && Text(bytes, "type") == "ByteLevel" && Flag(bytes, "add_prefix_space") == false)
            return new ClipPreTokenizer();
        throw file.Unsupported("pre_tokenizer", (type == "Sequence" ? "a sequence other than CLIP's" : Quote(type)) + "; BertPreTokenizer and CLIP's split with ByteLevel are known");
    }

    private static List<AddedToken> Added(JsonFile file)
    {
        var tokens = new List<AddedToken>();
        if (file.Find("added_tokens") is not { ValueKind: JsonValueKind.Array } entries) return tokens;
        foreach (var entry in entries.EnumerateArray())
        {
            var content = Text(entry, "content") ?? throw file.Unsupported("added_tokens", "without content");
            if (Flag(entry, "single_word") == true) throw file.Unsupported("added_tokens.single_word", $"true for {Quote(content)}");
            tokens.Add(new AddedToken(entry.GetProperty("id").GetInt32(), content,
                Flag(entry, "lstrip") ?? false, Flag(entry, "rstrip") ?? false, Flag(entry, "normalized") ?? true));
        }

        return tokens;
    }

    private static (long[] Prefix, long[] Suffix) Template(JsonFile file, List<AddedToken> added, Dictionary<string, int> vocabulary)
    {
        var type = file.FindText("post_processor", "type");
        if (type == "RobertaProcessing")
            return ([Processing("cls")], [Processing("sep")]);
        if (type != "TemplateProcessing") throw file.Unsupported("post_processor.type", Quote(type) + "; TemplateProcessing and RobertaProcessing are known");

        var (prefix, suffix) = (new List<long>(), new List<long>());
        var isAfter = false;
        if (file.Find("post_processor", "single") is not { ValueKind: JsonValueKind.Array } parts) throw file.Unsupported("post_processor.single", "not a list");
        foreach (var part in parts.EnumerateArray())
        {
            if (part.TryGetProperty("Sequence", out _)) isAfter = true;
            else (isAfter ? suffix : prefix).AddRange(Special(Text(part.GetProperty("SpecialToken"), "id") ?? ""));
        }

        return isAfter ? ([.. prefix], [.. suffix]) : throw file.Unsupported("post_processor.single", "without the text itself");

        long Processing(string name) =>
            file.Find("post_processor", name) is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
                ? pair[1].GetInt64()
                : throw file.Unsupported($"post_processor.{name}", "not a token with its number");

        IEnumerable<long> Special(string name)
        {
            if (file.Find("post_processor", "special_tokens", name, "ids") is { ValueKind: JsonValueKind.Array } ids) return ids.EnumerateArray().Select(id => id.GetInt64());
            if (added.Find(token => token.Content == name) is { } token) return [token.Id];
            return vocabulary.TryGetValue(name, out var id) ? [id] : throw file.Unsupported("post_processor.special_tokens", $"without {Quote(name)}");
        }
    }

    private static int? Truncation(JsonFile file)
    {
        // Padding to a fixed length is a family's business; the longest of a batch of one needs none.
        if (file.Find("padding", "strategy") is { ValueKind: JsonValueKind.Object } strategy) throw file.Unsupported("padding.strategy", strategy.GetRawText());
        if (file.Find("truncation") is null) return null;
        if (file.FindText("truncation", "direction") is { } direction and not "Right") throw file.Unsupported("truncation.direction", Quote(direction));
        return file.FindCount("truncation", "max_length");
    }

    private static void RequireFalse(JsonFile file, string parent, string name)
    {
        if (file.Find(parent, name) is { ValueKind: not JsonValueKind.False }) throw file.Unsupported($"{parent}.{name}", "not false");
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private static string Quote(string? text) => text is null ? "missing" : $"'{text}'";
}
