using ClusterSearch.Core.Footage;

namespace ClusterSearch.Embedding.Canaries;

/// <summary>Plainly different pictures.</summary>
internal static class CanaryPictures
{
    private static readonly string[] s_formulas =
    [
        "r = 255*x/(w-1); g = 255*y/(h-1); b = 255 - 255*(x+y)/(w+h-2)",
        "t = (x/16+y/16)&1; r = t ? 230 : 20; g = t ? 200 : 90; b = t ? 40 : 160",
        "r = (37*x+17*y)&255; g = (x*x+3*y)&255; b = (x*y)&255",
    ];

    public static IReadOnlyList<RgbImage> All => field ??= [.. s_formulas.Select(formula => new PictureFormula(formula).Draw(160, 120))];
}
