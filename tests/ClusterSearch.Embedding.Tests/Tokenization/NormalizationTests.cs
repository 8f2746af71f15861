using ClusterSearch.Embedding.Tokenization;

namespace ClusterSearch.Embedding.Tests.Tokenization;

public class NormalizationTests
{
    [Theory]
    [InlineData("ΣΑΣ", "σασ")] // never the final form
    [InlineData("İ", "i\u0307")]
    [InlineData("ẞK", "ßk")]
    public void Lower_case_goes_code_point_by_code_point(string text, string expected) =>
        Assert.Equal(expected, CodePoints.ToLower(text));

    [Fact]
    public void Accents_stay_where_the_file_says_so()
    {
        var keeping = new BertNormalizer(cleanText: true, handleChineseCharacters: true, stripAccents: false, lowerCase: true);
        Assert.Equal("café", keeping.Normalize("CAFÉ"));
        var stripping = new BertNormalizer(cleanText: true, handleChineseCharacters: true, stripAccents: true, lowerCase: false);
        Assert.Equal("CAFE", stripping.Normalize("CAFÉ"));
    }

    [Fact]
    public void Ideographs_stand_apart_unless_switched_off()
    {
        Assert.Equal("a 東  京 b", new BertNormalizer(true, true, true, true).Normalize("a東京b"));
        Assert.Equal("a東京b", new BertNormalizer(true, false, true, true).Normalize("a東京b"));
    }

    [Fact]
    public void White_space_takes_in_next_line_but_not_zero_width_space() =>
        Assert.Equal("a b\u200bc\ufeffd", new WhiteSpaceFolding().Normalize("a \u0085\u00a0\t b\u200bc\ufeffd"));

    [Fact]
    public void Added_tokens_are_cut_out_leftmost_and_longest()
    {
        var added = new AddedTokens([
            new AddedToken(1, "<a>", StripLeft: false, StripRight: false, MatchesNormalized: false),
            new AddedToken(2, "<a><b>", StripLeft: false, StripRight: false, MatchesNormalized: false),
            new AddedToken(3, "<c>", StripLeft: true, StripRight: true, MatchesNormalized: false)]);
        Assert.Equal(
            [("x", null), ("<a><b>", 2), (" y", null), ("<c>", 3), ("z", null), ("<a>", (int?)1)],
            added.Cut("x<a><b> y  <c>  z<a>"));
    }
}
