using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace ClusterSearch.Benchmarks;

/// <summary>Millions of input pixels a second, where a parameter "Frame" says how many there are.</summary>
internal sealed class MegapixelColumn : IColumn
{
    public string Id => nameof(MegapixelColumn);

    public string ColumnName => "MPixel/s";

    public bool AlwaysShow => false;

    public ColumnCategory Category => ColumnCategory.Statistics;

    public int PriorityInCategory => 1;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Millions of input pixels a second, from the mean";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        Pixels(benchmarkCase) is { } pixels && summary[benchmarkCase]?.ResultStatistics is { Mean: > 0 } statistics
            ? (pixels / statistics.Mean * 1e3).ToString("F0", CultureInfo.InvariantCulture) : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(benchmarkCase => Pixels(benchmarkCase) is not null);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    private static double? Pixels(BenchmarkCase benchmarkCase) =>
        benchmarkCase.Parameters.Items.FirstOrDefault(item => item.Name == "Frame")?.Value is string frame
            ? frame.Split('x').Aggregate(1.0, (product, side) => product * double.Parse(side, CultureInfo.InvariantCulture)) : null;
}
