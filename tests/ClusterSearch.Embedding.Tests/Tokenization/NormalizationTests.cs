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
        Assert.Equal("a b\u200bc\ufeffd", new PatternReplacement(CodePointPattern.Parse(@"\s+")!, " ").Normalize("a \u0085\u00a0\t b\u200bc\ufeffd"));

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

    [Fact]
    public void A_token_within_the_space_that_another_swallowed_still_counts()
    {
        var added = new AddedTokens([
            new AddedToken(1, "<s>", StripLeft: false, StripRight: true, MatchesNormalized: false),
            new AddedToken(2, "\n", StripLeft: false, StripRight: false, MatchesNormalized: false)]);
        // What stands after the inner token is text again, as in the reference.
        Assert.Equal([("<s>", 1), ("\n", 2), (" x", (int?)null)], added.Cut("<s> \n x"));
    }

    [Theory]
    [InlineData(@"\s+", "a \t\u3000b", "a_b")]
    [InlineData(" {2,}", "a b  c   d", "a b_c_d")]
    [InlineData(@"[!\-\]\\]", @"a!b-c]d\e", "a_b_c_d_e")]
    [InlineData("[😀x]+", "a😀x😀b", "a_b")]
    [InlineData("é", "été", "_t_")]
    public void A_pattern_is_replaced_wherever_it_stands(string expression, string text, string expected) =>
        Assert.Equal(expected, new PatternReplacement(CodePointPattern.Parse(expression)!, "_").Normalize(text));

    [Theory]
    [InlineData("")]
    [InlineData("a|b")]
    [InlineData("(a+)+")]
    [InlineData("[^a]")]
    [InlineData("[a-z]")]
    [InlineData("[a&&b]")]
    [InlineData("[")]
    [InlineData("[a")]
    [InlineData("[]")]
    [InlineData(@"\d+")]
    [InlineData(@"\")]
    [InlineData("a*")]
    [InlineData("a{2}")]
    [InlineData(".+")]
    public void Another_expression_is_no_pattern(string expression) => Assert.Null(CodePointPattern.Parse(expression));

    [Theory]
    [InlineData(true, true, "a b")]
    [InlineData(true, false, "a b \u0085")]
    [InlineData(false, true, " \u3000a b")]
    public void Stripping_takes_the_white_space_of_the_ends_asked_for(bool left, bool right, string expected) =>
        Assert.Equal(expected, new Stripping(left, right).Normalize(" \u3000a b \u0085"));

    [Fact]
    public void A_noncharacter_is_normalised_around()
    {
        Assert.Equal("\u00e9\ufffe\u00e9", new ComposedForm().Normalize("e\u0301\ufffee\u0301"));
        Assert.Equal("e\ufffe", new BertNormalizer(true, true, true, true).Normalize("\u00c9\ufffe"));
    }

    [Fact]
    public void Private_use_and_control_characters_go_and_unassigned_ones_stay() =>
        Assert.Equal("ab\ud7ffc", new BertNormalizer(true, true, true, true).Normalize("a\ue001\uf8ff\u0007\u200db\ud7ff\U000f1234c"));

    [Fact]
    public void Words_begin_at_the_mark_that_stands_for_a_space()
    {
        var words = new List<string>();
        new Metaspace('▁', prepends: true, splits: true).Split("a  b▁", words);
        new Metaspace('▁', prepends: true, splits: false).Split("▁a b", words);
        new Metaspace('▁', prepends: false, splits: true).Split("a b", words);
        Assert.Equal(["▁a", "▁", "▁b", "▁", "▁a▁b", "a", "▁b"], words);
    }

    [Fact]
    public void A_split_merged_with_what_is_before_ends_a_word_after_each_occurrence()
    {
        var words = new List<string>();
        new SplitAfter(" ").Split(" a  bc ", words);
        new PreTokenizerSequence([new WhiteSpaceSplit(), new Metaspace('▁', prepends: true, splits: true)]).Split(" d\u00a0e ", words);
        Assert.Equal([" ", "a ", " ", "bc ", "▁d", "▁e"], words);
    }
}
