using System.Text.Json;
using ClusterSearch.Embedding.Directories;

namespace ClusterSearch.Embedding.Tokenization;

/// <summary>tokenizer.json's "post_processor": the special tokens around a text.</summary>
internal static class TemplateReader
{
    public static (long[] Prefix, long[] Suffix) Read(JsonFile file, List<AddedToken> added, Dictionary<string, int> vocabulary)
    {
        var type = file.FindText("post_processor", "type");
        if (type is "RobertaProcessing" or "BertProcessing") return ([Processing("cls")], [Processing("sep")]);
        if (type != "TemplateProcessing")
            throw file.Unsupported("post_processor.type", $"{(type is null ? "missing" : $"'{type}'")}; TemplateProcessing, RobertaProcessing and BertProcessing are known");

        var (prefix, suffix) = (new List<long>(), new List<long>());
        var isAfter = false;
        if (file.Find("post_processor", "single") is not { ValueKind: JsonValueKind.Array } parts) throw file.Unsupported("post_processor.single", "not a list");
        foreach (var part in parts.EnumerateArray())
        {
            if (!part.TryGetProperty("Sequence", out _)) (isAfter ? suffix : prefix).AddRange(Special(part.GetProperty("SpecialToken").Text("id") ?? ""));
            else if (isAfter) throw file.Unsupported("post_processor.single", "with the text twice");
            else isAfter = true;
        }

        return isAfter ? ([.. prefix], [.. suffix]) : throw file.Unsupported("post_processor.single", "without the text itself");

        long Processing(string name) =>
            file.Find("post_processor", name) is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
                ? pair[1].GetInt32()
                : throw file.Unsupported($"post_processor.{name}", "not a token with its number");

        IEnumerable<long> Special(string name)
        {
            if (file.Find("post_processor", "special_tokens", name, "ids") is { ValueKind: JsonValueKind.Array } ids) return ids.EnumerateArray().Select(id => (long)id.GetInt32()).ToList();
            if (added.Find(token => token.Content == name) is { } token) return [token.Id];
            return vocabulary.TryGetValue(name, out var id) ? [id] : throw file.Unsupported("post_processor.special_tokens", $"without '{name}'");
        }
    }
}
