using ClusterSearch.Embedding.Canaries;

namespace ClusterSearch.Embedding.Tests.Canaries;

public class PictureFormulaTests
{
    [Theory]
    [InlineData("r = x; g = y; b = w*10+h", 2, 1, new byte[] { 2, 1, 43 })]
    [InlineData("r = (x^y)&255; g = (3*x+5*y)&255; b = ((x*y)>>1)&255", 3, 2, new byte[] { 1, 19, 3 })]
    [InlineData("t = (x/2+y/2)&1; r = t ? 230 : 20; g = 1+2*3; b = t ? 40 : 255*y/(h-1)", 2, 0, new byte[] { 230, 7, 40 })]
    [InlineData("one 8-bit channel v = (5*x+11*y)&255; r = g = b = v", 1, 1, new byte[] { 16, 16, 16 })]
    [InlineData("d = (x-1)^2 + (y-1)^2; inside when d < 2; R = 250 if inside else 40; G = d mod 4; B = 200 - y*120 div h", 3, 1, new byte[] { 40, 0, 160 })]
    [InlineData("r = 300; g = -1; b = x <= 2", 3, 0, new byte[] { 44, 255, 0 })]
    public void Pixels_are_what_the_formula_says(string formula, int x, int y, byte[] expected)
    {
        var picture = new PictureFormula(formula).Draw(4, 3);
        Assert.Equal(expected, picture.Pixels.AsSpan(((y * 4) + x) * 3, 3).ToArray());
    }

    [Theory]
    [InlineData("r = x; g = y", "gives no b")]
    [InlineData("r = q; g = 1; b = 1", "uses 'q'")]
    [InlineData("r = (1; g = 1; b = 1", "lacks ')'")]
    [InlineData("r = 1 2; g = 1; b = 1", "unexpected '2'")]
    [InlineData("hello", "assigns nothing")]
    [InlineData("r = 1 +; g = 1; b = 1", "ends too early")]
    public void What_is_no_formula_is_refused(string formula, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => new PictureFormula(formula)).Message);
}
