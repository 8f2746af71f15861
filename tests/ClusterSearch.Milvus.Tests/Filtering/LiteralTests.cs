using System.Globalization;
using ClusterSearch.Milvus.Filtering;
using CsCheck;

namespace ClusterSearch.Milvus.Tests.Filtering;

/// <summary>Whatever stands in a name, its literal is one string token that means the name.</summary>
public sealed class LiteralTests
{
    public static TheoryData<string> Hostile => ["", "a\" or 1 == 1 or \"", "\\", "\\\"", "'", "\\u0041", "%", "{x}", "$meta", "\0", "\n", "駅", "📷", "a\\\\\" or key != \"\" or \"", "]", "\"]"];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_name_cannot_end_its_string(string name) => AssertIsOneToken(name);

    [Fact]
    public void No_text_at_all_can_end_its_string() =>
        Gen.String[Gen.Char, 0, 40].Where(text => IsWellFormed(text)).Sample(AssertIsOneToken, iter: 20_000);

    [Theory]
    [InlineData(0d, "0.0")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(5d, "5.0")]
    [InlineData(1e300, "1E+300")]
    public void Numbers_are_written_alike_in_every_country(double value, string expected)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal(expected, Literal.Of(value));
            Assert.Equal("-12345", Literal.Of(-12345L));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static void AssertIsOneToken(string name)
    {
        var literal = Literal.Of(name);
        Assert.All(literal, c => Assert.InRange(c, ' ', '~'));
        Assert.Equal(name, Unquote(literal));
    }

    /// <summary>Go's strconv.Unquote for what may stand between double quotes, written from its documentation.</summary>
    private static string Unquote(string literal)
    {
        Assert.True(literal.Length >= 2 && literal[0] == '"' && literal[^1] == '"');
        var text = new System.Text.StringBuilder();
        for (var i = 1; i < literal.Length - 1; i++)
        {
            Assert.NotEqual('"', literal[i]);
            if (literal[i] != '\\')
            {
                text.Append(literal[i]);
                continue;
            }
            var digits = literal[++i] switch { 'u' => 4, 'U' => 8, var other => throw new InvalidOperationException($"escape \\{other} in {literal}") };
            var code = int.Parse(literal.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            text.Append(new System.Text.Rune(code).ToString());
            i += digits;
        }
        return text.ToString();
    }

    // Names are stored as UTF-8; what is none goes by its hash, see StoredName.
    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }
}
