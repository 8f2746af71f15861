using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace ClusterSearch.Benchmarks;

/// <summary>Gigabytes (10^9) read a second, where a parameter "MiB" says how many there are.</summary>
internal sealed class GigabytesColumn : IColumn
{
    public string Id => nameof(GigabytesColumn);

    public string ColumnName => "GB/s";

    public bool AlwaysShow => false;

    public ColumnCategory Category => ColumnCategory.Statistics;

    public int PriorityInCategory => 1;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "Gigabytes (10^9) read a second, from the mean";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        MiB(benchmarkCase) is { } size && summary[benchmarkCase]?.ResultStatistics is { Mean: > 0 } statistics
            ? (size * 1048576.0 / statistics.Mean).ToString("F1", CultureInfo.InvariantCulture) : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(benchmarkCase => MiB(benchmarkCase) is not null);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    private static int? MiB(BenchmarkCase benchmarkCase) => benchmarkCase.Parameters.Items.FirstOrDefault(item => item.Name == "MiB")?.Value as int?;
}
