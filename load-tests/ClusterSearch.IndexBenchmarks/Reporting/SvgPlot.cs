using System.Globalization;
using System.Text;

namespace ClusterSearch.IndexBenchmarks.Reporting;

/// <param name="Points">In order of x.</param>
internal sealed record PlotLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>One direction of a plot.</summary>
/// <param name="Ticks">Values that are written, ascending; the first and the last are the ends.</param>
/// <param name="IsLogarithmic">Whether equal factors are equally far apart.</param>
internal sealed record PlotAxis(string Title, IReadOnlyList<double> Ticks, bool IsLogarithmic)
{
    /// <summary>0 at the first tick, 1 at the last.</summary>
    public double PositionOf(double value) => (Scaled(value) - Scaled(Ticks[0])) / (Scaled(Ticks[^1]) - Scaled(Ticks[0]));

    /// <summary>Powers of 10 and their halves around values above 0.</summary>
    public static PlotAxis Logarithmic(string title, IEnumerable<double> values)
    {
        var list = values.ToList();
        var ticks = new List<double>();
        for (var power = Math.Floor(Math.Log10(list.Min())); ticks.Count == 0 || ticks[^1] < list.Max(); power++)
            foreach (var factor in (double[])[1, 2, 5]) ticks.Add(factor * Math.Pow(10, power));
        var first = ticks.FindLastIndex(tick => tick <= list.Min());
        var last = ticks.FindIndex(tick => tick >= list.Max());
        if (last == first) last++;
        return new PlotAxis(title, ticks[first..(last + 1)], true);
    }

    private double Scaled(double value) => IsLogarithmic ? Math.Log10(value) : value;
}

/// <summary>A line plot as SVG: axes, a grid, lines with points, a legend. Light and dark pages both show it.</summary>
internal static class SvgPlot
{
    private const int Width = 720, Height = 400, Left = 70, Right = 170, Top = 40, Bottom = 55;

    private static readonly string[] Colours = ["#3b6fd4", "#d4573b", "#2f9e6b", "#9a5bd0", "#b8860b", "#5f6b7a"];

    public static string Draw(string title, PlotAxis horizontal, PlotAxis vertical, IReadOnlyList<PlotLine> lines)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>\n<text x=\"{Left}\" y=\"22\" font-size=\"15\">{Escaped(title)}</text>\n");
        foreach (var tick in horizontal.Ticks)
        {
            var x = X(horizontal, tick);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0.#}\" y1=\"{Top}\" x2=\"{x:0.#}\" y2=\"{Height - Bottom}\" stroke=\"#ddd\"/><text x=\"{x:0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Label(tick)}</text>\n");
        }
        foreach (var tick in vertical.Ticks)
        {
            var y = Y(vertical, tick);
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{y:0.#}\" x2=\"{Width - Right}\" y2=\"{y:0.#}\" stroke=\"#ddd\"/><text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Label(tick)}</text>\n");
        }
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\">{Escaped(horizontal.Title)}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(18 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Escaped(vertical.Title)}</text>\n");
        for (var i = 0; i < lines.Count; i++)
        {
            var colour = Colours[i % Colours.Length];
            var points = lines[i].Points.Select(point => (X: X(horizontal, point.X), Y: Y(vertical, point.Y))).ToList();
            svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.#},{point.Y:0.#}")))}\"/>\n");
            foreach (var (x, y) in points) svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"3\" fill=\"{colour}\"/>");
            var row = Top + 12 + 20 * i;
            svg.Append(CultureInfo.InvariantCulture, $"\n<line x1=\"{Width - Right + 14}\" y1=\"{row}\" x2=\"{Width - Right + 34}\" y2=\"{row}\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"{Width - Right + 40}\" y=\"{row + 4}\">{Escaped(lines[i].Name)}</text>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }

    private static double X(PlotAxis axis, double value) => Left + Math.Clamp(axis.PositionOf(value), 0, 1) * (Width - Left - Right);

    private static double Y(PlotAxis axis, double value) => Height - Bottom - Math.Clamp(axis.PositionOf(value), 0, 1) * (Height - Top - Bottom);

    private static string Label(double value) => value >= 1e6 ? string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.##} M")
        : value >= 1e4 ? string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.##} k") : value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
