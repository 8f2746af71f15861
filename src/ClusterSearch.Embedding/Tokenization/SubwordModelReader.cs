using System.Globalization;
using System.Text.Json;
using ClusterSearch.Embedding.Directories;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>tokenizer.json's "model": the vocabulary, and how words are cut into it.</summary>
internal static class SubwordModelReader
{
    public static (ISubwordModel Model, Dictionary<string, int> Vocabulary) Read(JsonFile file)
    {
        var type = file.FindText("model", "type");
        if (type == "Unigram") return Unigram(file);
        if (type is not ("WordPiece" or "BPE")) throw file.Unsupported("model.type", $"{(type is null ? "missing" : $"'{type}'")}; WordPiece, BPE and Unigram are known");
        var vocabulary = Vocabulary(file);
        var unknown = file.FindText("model", "unk_token") ?? throw file.Unsupported("model.unk_token", "missing");
        if (!vocabulary.TryGetValue(unknown, out var unknownId)) throw file.Unsupported("model.unk_token", $"'{unknown}', which the vocabulary lacks");
        if (type == "BPE") return (BytePairs(file, vocabulary, unknownId), vocabulary);
        return (new WordPiece(vocabulary, unknownId, file.FindText("model", "continuing_subword_prefix") ?? "##", file.FindCount("model", "max_input_chars_per_word") ?? 100), vocabulary);
    }

    private static (ISubwordModel Model, Dictionary<string, int> Vocabulary) Unigram(JsonFile file)
    {
        RequireFalse(file, "byte_fallback");
        if (file.Find("model", "vocab") is not { ValueKind: JsonValueKind.Array } entries) throw file.Unsupported("model.vocab", "not a list of pieces with scores");
        var count = entries.GetArrayLength();
        var (pieces, scores, vocabulary) = (new List<string>(count), new double[count], new Dictionary<string, int>(count));
        foreach (var entry in entries.EnumerateArray())
        {
            if (entry.GetArrayLength() != 2 || entry[0].GetString() is not { } piece || !double.IsFinite(entry[1].GetDouble()))
                throw file.Unsupported("model.vocab", $"not a piece with its score at {pieces.Count}");
            scores[pieces.Count] = entry[1].GetDouble();
            vocabulary[piece] = pieces.Count;
            pieces.Add(piece);
        }

        if (file.Find("model", "unk_id") is not { } unknown || unknown.GetInt32() is var unknownId && (unknownId < 0 || unknownId >= count))
            throw file.Unsupported("model.unk_id", "missing or beyond the vocabulary");
        return (new Unigram(pieces, scores, unknown.GetInt32()), vocabulary);
    }

    private static Dictionary<string, int> Vocabulary(JsonFile file)
    {
        if (file.Find("model", "vocab") is not { ValueKind: JsonValueKind.Object } entries) throw file.Unsupported("model.vocab", "not a table of tokens");
        var vocabulary = new Dictionary<string, int>(entries.GetPropertyCount());
        foreach (var entry in entries.EnumerateObject())
            vocabulary[entry.Name] = entry.Value.TryGetInt32(out var id) && id >= 0 ? id : throw file.Unsupported("model.vocab", $"without a number for '{entry.Name}'");
        return vocabulary;
    }

    private static BytePairEncoding BytePairs(JsonFile file, Dictionary<string, int> vocabulary, int unknownId)
    {
        RequireFalse(file, "ignore_merges");
        if (file.Find("model", "dropout") is not null) throw file.Unsupported("model.dropout", "given");
        if (file.FindText("model", "continuing_subword_prefix") is { Length: > 0 } prefix) throw file.Unsupported("model.continuing_subword_prefix", $"'{prefix}'");
        return new BytePairEncoding
        {
            Vocabulary = vocabulary,
            Merges = Merges(file, vocabulary),
            EndOfWord = file.FindText("model", "end_of_word_suffix") ?? "",
            UnknownId = unknownId,
            FusesUnknown = IsTrue(file, "fuse_unk"),
            ByteIds = IsTrue(file, "byte_fallback") ? [.. Enumerable.Range(0, 256).Select(ByteId)] : null,
        };

        int ByteId(int value) => vocabulary.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), -1);
    }

    private static PairMerges Merges(JsonFile file, Dictionary<string, int> vocabulary)
    {
        if (file.Find("model", "merges") is not { ValueKind: JsonValueKind.Array } entries) throw file.Unsupported("model.merges", "not a list");
        var merges = new PairMerges(entries.GetArrayLength());
        var rank = 0;
        foreach (var entry in entries.EnumerateArray())
        {
            // Old files write "a b", new ones ["a", "b"].
            var pair = entry.ValueKind switch
            {
                JsonValueKind.String => entry.GetString()!.Split(' '),
                JsonValueKind.Array => [.. entry.EnumerateArray().Select(part => part.GetString() ?? "")],
                _ => [],
            };
            if (pair is not [var left, var right]) throw file.Unsupported("model.merges", $"without two parts in {entry.GetRawText().ReplaceLineEndings(" ")}");
            merges.Add(Id(left), Id(right), rank++, Id(left + right));
        }

        return merges;

        int Id(string token) => vocabulary.TryGetValue(token, out var id) ? id : throw file.Unsupported("model.merges", $"with '{token}', which the vocabulary lacks");
    }

    private static bool IsTrue(JsonFile file, string name) => file.Find("model", name) is { ValueKind: JsonValueKind.True };

    private static void RequireFalse(JsonFile file, string name)
    {
        if (file.Find("model", name) is { ValueKind: not JsonValueKind.False }) throw file.Unsupported($"model.{name}", "not false");
    }
}
