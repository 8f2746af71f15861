using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;

namespace ClusterSearch.Embedding.Tests.Families;

/// <summary>Length, padding and case: where they stand, and what silence means.</summary>
public class TextSettingsTests
{
    private static readonly string[] s_graphs = ["onnx/text_model.onnx", "onnx/vision_model.onnx"];

    [Fact]
    public void SigLIP_2_is_lower_cased_and_padded_to_64_though_no_file_says_so()
    {
        using var model = Load(ModelCopy.Fixture("siglip2-tiny"));
        var golden = GoldenFile.Read(model.Facts.Directory).GetProperty("texts").EnumerateArray().First(text => text.TryGetProperty("input_ids_if_not_lower_cased", out _));
        var ids = model.Texts.Tokenize(golden.GetProperty("text").GetString()!);
        Assert.Equal(64, ids.Length);
        Assert.Equal(GoldenFile.Ids(golden), ids);
        Assert.NotEqual(GoldenFile.Ids(golden, "input_ids_if_not_lower_cased"), ids);
    }

    [Fact]
    public void Case_is_kept_where_the_tokenizers_configuration_says_so()
    {
        using var copy = Copy("siglip2-tiny");
        copy.Edit("tokenizer_config.json", config => config["do_lower_case"] = false);
        using var model = Load(copy.Directory);
        var golden = GoldenFile.Read(ModelCopy.Fixture("siglip2-tiny")).GetProperty("texts").EnumerateArray().First(text => text.TryGetProperty("input_ids_if_not_lower_cased", out _));
        Assert.Equal(GoldenFile.Ids(golden, "input_ids_if_not_lower_cased"), model.Texts.Tokenize(golden.GetProperty("text").GetString()!));
    }

    [Fact]
    public void SigLIPs_padding_is_looked_at_and_a_shorter_length_gives_another_vector()
    {
        using var copy = Copy("siglip-tiny");
        using var model = Load(copy.Directory);
        copy.Edit("config.json", config => config["text_config"]!["max_position_embeddings"] = 16);
        using var shorter = Load(copy.Directory);
        // As google/siglip-so400m-patch14-224 has it.
        Assert.Equal((64, 16), (model.Texts.Tokenize("a dog").Length, shorter.Texts.Tokenize("a dog").Length));
        Assert.True(GoldenFile.Cosine(model.Texts.Encode("a dog"), shorter.Texts.Encode("a dog")) < 0.99);
    }

    [Theory]
    [InlineData("\"<unk>\"", 2)]
    [InlineData("""{"content": "<pad>", "lstrip": false}""", 0)]
    public void The_padding_token_is_the_tokenizer_configurations(string token, long expected)
    {
        using var copy = Copy("siglip-tiny");
        copy.Edit("tokenizer_config.json", config => config["pad_token"] = System.Text.Json.Nodes.JsonNode.Parse(token));
        using var model = Load(copy.Directory);
        Assert.Equal(expected, model.Texts.Tokenize("a dog")[^1]);
    }

    [Fact]
    public void Without_a_tokenizer_configuration_config_json_tells_the_padding_token()
    {
        using var copy = Copy("siglip-tiny");
        File.Delete(copy.PathOf("tokenizer_config.json"));
        copy.Edit("config.json", config => config["text_config"]!["pad_token_id"] = 1);
        using (var model = Load(copy.Directory)) Assert.Equal(1, model.Texts.Tokenize("a dog")[^1]);
        copy.Edit("config.json", config => config["text_config"]!.AsObject().Remove("pad_token_id"));
        var fault = Assert.Throws<ClusterSearchException>(() => Load(copy.Directory));
        Assert.Equal(ErrorCodes.ModelUnsupported, fault.Code);
        Assert.Contains("pad_token", fault.Message);
    }

    [Fact]
    public void A_padding_token_that_the_tokenizer_lacks_is_refused()
    {
        using var copy = Copy("siglip-tiny");
        copy.Edit("tokenizer_config.json", config => config["pad_token"] = "<nothing>");
        Assert.Contains("'<nothing>', which the tokenizer lacks", Assert.Throws<ClusterSearchException>(() => Load(copy.Directory)).Message);
    }

    [Fact]
    public void A_CLIP_text_is_not_padded_and_a_padded_one_has_the_same_vector()
    {
        using var copy = Copy("openclip-tiny");
        using var model = Load(copy.Directory);
        Assert.Equal(4, model.Texts.Tokenize("hello world").Length);
        var expected = model.Texts.Encode("hello world");
        copy.Edit("tokenizer.json", file => file["padding"] = System.Text.Json.Nodes.JsonNode.Parse("""{"strategy": {"Fixed": 77}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "!"}"""));
        using var padded = Load(copy.Directory);
        Assert.Equal(77, padded.Texts.Tokenize("hello world").Length);
        Assert.InRange(GoldenFile.Cosine(expected, padded.Texts.Encode("hello world")), 1 - 1e-9, 1.0000001);
    }

    [Fact]
    public void NaFlex_is_told_from_a_fixed_resolution()
    {
        using var copy = Copy("siglip2-tiny");
        copy.Edit("config.json", config => config["model_type"] = "siglip2");
        var fault = Assert.Throws<ClusterSearchException>(() => Load(copy.Directory));
        Assert.Equal(ErrorCodes.ModelUnsupported, fault.Code);
        Assert.Contains("family 'siglip2' is not supported", fault.Message);
        Assert.Contains("NaFlex", fault.Message);
    }

    [Fact]
    public void Pictures_of_another_size_than_the_towers_are_refused()
    {
        using var copy = Copy("siglip-tiny");
        copy.Edit("preprocessor_config.json", config => config["size"]!["width"] = 256);
        var fault = Assert.Throws<ClusterSearchException>(() => Load(copy.Directory));
        Assert.Equal(ErrorCodes.ModelBroken, fault.Code);
        Assert.Contains("wants pictures of 224 x 224, but", fault.Message);
    }

    /// <summary>CLIP's golden ids of the facts, which come out of the real vocabulary.</summary>
    [Theory]
    [InlineData("How are you doing?", new long[] { 49406, 829, 631, 592, 1960, 286, 49407 })]
    [InlineData("hello world", new long[] { 49406, 3306, 1002, 49407 })]
    [InlineData("The company was founded in 2016.", new long[] { 49406, 518, 2634, 739, 12240, 530, 273, 271, 272, 277, 269, 49407 })]
    [InlineData("UNwantéd,running", new long[] { 49406, 569, 18356, 3459, 323, 267, 2761, 49407 })]
    [InlineData("生活的真谛是", new long[] { 49406, 33375, 162, 112, 119, 163, 248, 226, 41570, 164, 108, 249, 42891, 363, 49407 })]
    [InlineData("a dog<|endoftext|>after", new long[] { 49406, 320, 1929, 49407, 953, 49407 })]
    public void CLIPs_ids_are_the_published_ones(string text, long[] expected)
    {
        using var model = Load(ModelCopy.Fixture("clip-tiny"));
        Assert.Equal(expected, model.Texts.Tokenize(text));
    }

    [Fact]
    public void A_long_text_keeps_its_end_token_in_every_family()
    {
        var text = string.Join(' ', Enumerable.Repeat("cat 猫", 300));
        foreach (var (fixture, length, end) in new[] { ("clip-tiny", 77, 49407L), ("siglip-tiny", 64, 1L), ("siglip2-tiny", 64, 1L), ("chinese-clip-tiny", 52, 102L) })
        {
            using var model = Load(ModelCopy.Fixture(fixture));
            var ids = model.Texts.Tokenize(text);
            Assert.Equal((length, end), (ids.Length, ids[^1]));
        }

    }

    private static ModelCopy Copy(string fixture) => new(ModelCopy.Fixture(fixture), [.. ModelCopy.Settings, .. s_graphs]);

    private static IImageTextModel Load(string directory) => new ModelLoader().Load(directory, new ModelOptions());
}
