using ClusterSearch.Core.Embeddings;
using ClusterSearch.Testing;
using CsCheck;

namespace ClusterSearch.Embedding.Tests.Fuzzing;

/// <summary>Whatever a person types: no exception, never too long, the same ids each time, the end token kept.</summary>
public class RandomTextTests
{
    private static readonly string[] s_traps =
    [
        " ", "\t", "\n\n", "\r\n", "\0", "\u0085", "\u00a0", "\u3000", "\u200b", "\ufeff", "\ufffe", "\uffff", "\ud800", "\udc00", "😀", "👩‍👩‍👧‍👦", "🇨🇭",
        "e\u0301", "ẹ́", "Σ", "İ", "ẞ", "ﷺ", "ﬁ", "한국어", "猫", "𠮷", "ᚠ", "ม้า", "\u202e", "<|endoftext|>", "</s>", "<pad>", "<unk>", "<eos>", "[CLS]", "[SEP]", "[MASK]", "!", "▁", "'s", "##a", "<0x09>",
    ];

    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.String,
        Gen.Int[0, s_traps.Length - 1].Select(index => s_traps[index]),
        Gen.Char[' ', '~'].Array[1, 12].Select(letters => new string(letters)),
        Gen.Int[0, 0x10ffff].Where(value => value is < 0xd800 or > 0xdfff).Select(char.ConvertFromUtf32)).Array[0, 30].Select(string.Concat);

    [Theory]
    [InlineData("starter", 128, 102)]
    [InlineData("clip-tiny", 77, 49407)]
    [InlineData("openclip-tiny", 77, 49407)]
    [InlineData("siglip-tiny", 64, 1)]
    [InlineData("siglip2-tiny", 64, 1)]
    [InlineData("chinese-clip-tiny", 52, 102)]
    public void Any_text_gives_ids(string name, int maximum, long end)
    {
        using var model = new ModelLoader().Load(name == "starter" ? TestAssets.StarterModel : ModelCopy.Fixture(name), new ModelOptions());
        var isPadded = name.StartsWith("siglip", StringComparison.Ordinal);
        s_text.Sample(
            text =>
            {
                var ids = model.Texts.Tokenize(text);
                return (isPadded ? ids.Length == maximum : ids.Length >= 2 && ids.Length <= maximum)
                    && (isPadded || ids[^1] == end) && ids.Contains(end) && ids.All(id => id >= 0) && ids.SequenceEqual(model.Texts.Tokenize(text));
            },
            iter: 1500, threads: 1);
    }

    [Theory]
    [InlineData("starter")]
    [InlineData("clip-tiny")]
    [InlineData("siglip-tiny")]
    [InlineData("siglip2-tiny")]
    [InlineData("chinese-clip-tiny")]
    public void A_very_long_text_is_cut_in_time_that_grows_with_its_length(string name)
    {
        using var model = new ModelLoader().Load(name == "starter" ? TestAssets.StarterModel : ModelCopy.Fixture(name), new ModelOptions());
        foreach (var text in new[] { new string('a', 200_000), string.Concat(Enumerable.Repeat("ab\u0301 猫!\n", 30_000)), new string(' ', 200_000), string.Concat(Enumerable.Repeat("\u0301", 200_000)) })
        {
            // A quadratic step would take minutes.
            var clock = System.Diagnostics.Stopwatch.StartNew();
            Assert.InRange(model.Texts.Tokenize(text).Length, 2, 128);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{text[..4]}…: {clock.Elapsed}");
        }
    }
}
