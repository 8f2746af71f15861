using System.Text.Json;
using ClusterSearch.Core;
using ClusterSearch.Embedding.Tokenization;
using ClusterSearch.Testing;

namespace ClusterSearch.Embedding.Tests.Tokenization;

public class TokenizerGoldenTests
{
    [Fact]
    public void Word_pieces_equal_the_references()
    {
        var path = Path.Combine(TestAssets.Shared, "models", "tokenizers", "bert-wordpiece-uncased.golden.json");
        Assert.SkipWhen(TestAssets.Missing(path) is not null, TestAssets.Missing(path) ?? "");
        var tokenizer = TokenizerFile.Read(Path.Combine(TestAssets.StarterModel, "tokenizer.json"), maximumLength: null);
        using var golden = JsonDocument.Parse(File.ReadAllBytes(path));
        var count = 0;
        foreach (var sample in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            var text = sample.GetProperty("text").GetString()!;
            Assert.True(GoldenFile.Ids(sample, "ids").SequenceEqual(tokenizer.Encode(text)), text);
            count++;
        }

        Assert.Equal(36, count);
    }

    [Fact]
    public void Starter_ids_equal_its_golden_ones()
    {
        var tokenizer = TokenizerFile.Read(Path.Combine(TestAssets.StarterModel, "tokenizer.json"), 128);
        foreach (var sample in GoldenFile.Starter().GetProperty("texts").EnumerateArray())
            Assert.Equal(GoldenFile.Ids(sample), tokenizer.Encode(sample.GetProperty("text").GetString()!));
    }

    [Theory]
    [InlineData("clip-tiny", 77)]
    [InlineData("openclip-tiny", 77)]
    [InlineData("siglip-tiny", 64)]
    [InlineData("siglip2-tiny", 64)]
    [InlineData("chinese-clip-tiny", 52)]
    public void Ids_of_the_fixtures_equal_the_references(string fixture, int maximumLength)
    {
        var directory = TestAssets.ModelFixture(fixture);
        Assert.SkipWhen(TestAssets.Missing(directory) is not null, TestAssets.Missing(directory) ?? "");
        var tokenizer = TokenizerFile.Read(Path.Combine(directory, "tokenizer.json"), maximumLength, lowersCase: fixture.StartsWith("siglip", StringComparison.Ordinal));
        var golden = GoldenFile.Read(directory);
        var padding = golden.GetProperty("tokenization");
        var paddedLength = padding.GetProperty("pad").GetString() == "max_length" ? maximumLength : 0;
        var count = 0;
        foreach (var sample in golden.GetProperty("texts").EnumerateArray())
        {
            var text = sample.GetProperty("text").GetString()!;
            var (expected, found) = (GoldenFile.Ids(sample), tokenizer.Encode(text));
            found = [.. found, .. Enumerable.Repeat(padding.GetProperty("pad_id").GetInt64(), Math.Max(paddedLength - found.Length, 0))];
            Assert.True(expected.SequenceEqual(found), $"{sample.GetProperty("name")}: expected {string.Join(' ', expected)}, found {string.Join(' ', found)}");
            count++;
        }

        Assert.Equal(42, count);
    }

    [Fact]
    public void A_long_text_is_cut_and_keeps_its_end_token()
    {
        var tokenizer = TokenizerFile.Read(Path.Combine(TestAssets.StarterModel, "tokenizer.json"), maximumLength: null);
        var ids = tokenizer.Encode(string.Join(' ', Enumerable.Repeat("dog", 300)));
        Assert.Equal(128, ids.Length);
        Assert.Equal(101, ids[0]);
        Assert.All(ids[1..^1], id => Assert.Equal(3899, id));
        Assert.Equal(102, ids[^1]);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_fault()
    {
        var tokenizer = TokenizerFile.Read(Path.Combine(TestAssets.StarterModel, "tokenizer.json"), maximumLength: null);
        Assert.Equal([101, 3899, 102], tokenizer.Encode("do\ud800g"));
    }
}
