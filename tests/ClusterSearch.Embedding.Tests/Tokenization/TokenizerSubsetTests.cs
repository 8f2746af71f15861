using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClusterSearch.Core;
using ClusterSearch.Embedding.Tokenization;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests.Tokenization;

/// <summary>What a tokenizer.json may say beyond the known subset: refused, and by its name.</summary>
public class TokenizerSubsetTests
{
    [Theory]
    [InlineData("starter", "model.type", "\"Lattice\"", "model.type", "'Lattice'")]
    [InlineData("starter", "model.unk_token", "\"[WHAT]\"", "model.unk_token", "'[WHAT]'")]
    [InlineData("starter", "normalizer.type", "\"Nmt\"", "normalizer.type", "'Nmt'")]
    [InlineData("starter", "normalizer.type", "\"Precompiled\"", "normalizer.precompiled_charsmap", "not a SentencePiece character map")]
    [InlineData("starter", "pre_tokenizer.type", "\"UnicodeScripts\"", "pre_tokenizer.type", "'UnicodeScripts'")]
    [InlineData("starter", "post_processor.type", "\"ByteLevel\"", "post_processor.type", "'ByteLevel'")]
    [InlineData("starter", "truncation.direction", "\"Left\"", "truncation.direction", "'Left'")]
    [InlineData("starter", "padding", """{"strategy": {"Fixed": 64}, "direction": "Left", "pad_id": 0}""", "padding.direction", "'Left'")]
    [InlineData("starter", "padding", """{"strategy": {"Fixed": 64}, "pad_to_multiple_of": 8, "pad_id": 0}""", "padding.pad_to_multiple_of", "given")]
    [InlineData("starter", "padding", """{"strategy": {"Fixed": 1000000}, "pad_id": 0}""", "padding.strategy", "1000000")]
    [InlineData("starter", "added_tokens.0.single_word", "true", "added_tokens.single_word", "[PAD]")]
    [InlineData("clip-tiny", "model.dropout", "0.1", "model.dropout", "given")]
    [InlineData("clip-tiny", "model.ignore_merges", "true", "model.ignore_merges", "not false")]
    [InlineData("clip-tiny", "model.continuing_subword_prefix", "\"@@\"", "model.continuing_subword_prefix", "'@@'")]
    [InlineData("clip-tiny", "model.merges.0", "\"a b c\"", "model.merges", "a b c")]
    [InlineData("clip-tiny", "model.merges.0", "[\"i\", \"\u2603\"]", "model.merges", "which the vocabulary lacks")]
    [InlineData("clip-tiny", "normalizer.normalizers.1.pattern.Regex", "\"(a+)+$\"", "normalizer.Replace.pattern", "(a+)+$")]
    [InlineData("clip-tiny", "pre_tokenizer.pretokenizers.0.pattern.Regex", "\"\\\\w+\"", "pre_tokenizer.pretokenizers", "w+")]
    [InlineData("clip-tiny", "pre_tokenizer.pretokenizers.1.add_prefix_space", "true", "pre_tokenizer.pretokenizers", "\"add_prefix_space\":true")]
    [InlineData("siglip-tiny", "pre_tokenizer.prepend_scheme", "\"first\"", "pre_tokenizer.prepend_scheme", "'first'")]
    [InlineData("siglip-tiny", "pre_tokenizer.replacement", "\"__\"", "pre_tokenizer.replacement", "not one character")]
    [InlineData("siglip-tiny", "model.byte_fallback", "true", "model.byte_fallback", "not false")]
    [InlineData("siglip-tiny", "model.unk_id", "2000", "model.unk_id", "beyond the vocabulary")]
    [InlineData("siglip-tiny", "normalizer.normalizers.4.precompiled_charsmap", "\"AAAA\"", "normalizer.precompiled_charsmap", "not a SentencePiece character map")]
    [InlineData("siglip2-tiny", "pre_tokenizer.behavior", "\"Isolated\"", "pre_tokenizer.behavior", "'Isolated'")]
    [InlineData("siglip2-tiny", "post_processor.single", "[]", "post_processor.single", "without the text")]
    public void What_is_unknown_is_refused_by_name(string model, string path, string value, string property, string named)
    {
        using var temporary = new TemporaryDirectory();
        var directory = model == "starter" ? TestAssets.StarterModel : TestAssets.ModelFixture(model);
        Assert.SkipWhen(TestAssets.Missing(directory) is not null, TestAssets.Missing(directory) ?? "");
        var file = JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "tokenizer.json")))!;
        Set(file, path, JsonNode.Parse(value));
        File.WriteAllText(temporary.File("tokenizer.json"), file.ToJsonString(s_plain));
        var fault = Assert.Throws<ClusterSearchException>(() => TokenizerFile.Read(temporary.File("tokenizer.json"), maximumLength: null));
        Assert.Equal(ErrorCodes.ModelUnsupported, fault.Code);
        Assert.Contains($"\"{property}\"", fault.Message);
        Assert.Contains(named, fault.Message);
        Assert.DoesNotContain('\n', fault.Message);
    }

    /// <summary>Signs as they are, so that messages can be compared.</summary>
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static void Set(JsonNode file, string path, JsonNode? value)
    {
        var names = path.Split('.');
        foreach (var name in names[..^1]) file = int.TryParse(name, out var index) ? file[index]! : file[name]!;
        if (int.TryParse(names[^1], out var last)) file[last] = value;
        else file[names[^1]] = value;
    }
}
