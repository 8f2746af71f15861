using ClusterSearch.IndexBenchmarks.Measuring;

namespace ClusterSearch.IndexBenchmarks.Reporting;

/// <summary>The plots of docs/benchmarks/index.md.</summary>
internal static class ResultPlots
{
    private static readonly double[] RecallTicks = [0.8, 0.85, 0.9, 0.95, 1];

    public static void Write(BenchmarkResults results, string directory, string name)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, $"{name}-recall.svg"), RecallAgainstLatency(results));
        File.WriteAllText(Path.Combine(directory, $"{name}-growth.svg"), Growth(results));
    }

    private static string RecallAgainstLatency(BenchmarkResults results)
    {
        var curve = results.Search.Figures.Where(figures => figures.Setting != "default" && figures.Count == BenchmarkPlan.Deepest).ToList();
        var lines = curve.GroupBy(figures => figures.Kind).Select(kind => new PlotLine(
            NameOf(kind.Key), [.. kind.Select(figures => (figures.Recall.Tolerant, figures.Milliseconds.P50))])).ToList();
        return SvgPlot.Draw($"Median latency against recall@{BenchmarkPlan.Deepest}, {results.Samples:N0} samples", new PlotAxis("recall", RecallTicks, false),
            PlotAxis.Logarithmic("ms", curve.Select(figures => figures.Milliseconds.P50)), lines);
    }

    private static string Growth(BenchmarkResults results)
    {
        var points = results.Build.Growth;
        var lines = points[0].Milliseconds.Keys.SelectMany(kind => new[]
        {
            new PlotLine($"{NameOf(kind)}, p50", [.. points.Select(point => ((double)point.Samples, point.Milliseconds[kind].P50))]),
            new PlotLine($"{NameOf(kind)}, p95", [.. points.Select(point => ((double)point.Samples, point.Milliseconds[kind].P95))]),
        }).ToList();
        return SvgPlot.Draw("Latency against size, warm", PlotAxis.Logarithmic("samples", points.Select(point => (double)point.Samples)),
            PlotAxis.Logarithmic("ms", lines.SelectMany(line => line.Points).Select(point => point.Y)), lines);
    }

    private static string NameOf(Truth.TruthKind kind) => kind switch
    {
        Truth.TruthKind.Samples => "samples",
        Truth.TruthKind.Moments => "moments",
        _ => "units",
    };
}
