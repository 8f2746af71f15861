using System.Globalization;
using System.Text;
using ClusterSearch.IndexBenchmarks.Measuring;

namespace ClusterSearch.IndexBenchmarks.Reporting;

/// <summary>Results as tables for people, in Markdown.</summary>
internal static class ResultText
{
    public static string Of(BenchmarkResults results)
    {
        var text = new StringBuilder();
        var (build, search, ingest) = (results.Build, results.Search, results.Ingest);
        Line($"{results.Samples:N0} samples x {results.Dimension} dimensions, seed {results.Seed}, model {results.Model}; {results.Machine.Cores} cores of {results.Machine.Processor}, {results.Machine.MemoryGiB:0.#} GiB, {results.Machine.Runtime}, {results.Machine.MeasuredAt:yyyy-MM-dd HH:mm}");
        Line($"build: {build.AppendedPerSecond:N0} samples/s appended, {build.CompactedPerSecond:N0} appended and compacted ({build.MadePerSecond:N0} made and judged); {build.Bytes / 1e9:0.00} GB, at the peak {build.PeakBytes / 1e9:0.00} GB; {build.Seconds:0} s in all");
        Line($"cold: open {search.Cold.OpenMs:0} ms, first answer {search.Cold.FirstAnswerMs:0} ms ({search.Cold.CacheDroppedBy})");
        Line($"memory: own {search.Memory.Own:N0} MiB (of the measuring program itself {search.MemoryIdle.Own:N0}), mapped {search.Memory.Mapped:N0} MiB");
        Line($"beside ingest: {ingest.AppendedPerSecond:N0} samples/s appended, missing {ingest.Missing}; p95 {string.Join(", ", ingest.Ratio.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Key} {ingest.Alone[kind.Key].P95:0.0} -> {ingest.Beside[kind.Key].P95:0.0} ms (x {kind.Value:0.00})")))}");
        Line($"");
        Line($"| setting | scope | kind | k | p50 ms | p95 ms | recall | worst query | strict |");
        Line($"|---|---|---|---|---|---|---|---|---|");
        foreach (var figures in search.Figures)
            Line($"| {figures.Setting} | {figures.Scope} | {figures.Kind} | {figures.Count} | {figures.Milliseconds.P50:0.00} | {figures.Milliseconds.P95:0.00} | {figures.Recall.Tolerant:0.0000} | {figures.Recall.Worst:0.000} | {figures.Recall.Strict:0.0000} |");
        Line($"");
        Line($"| samples | {string.Join(" | ", build.Growth[0].Milliseconds.Keys.Select(kind => $"{kind} p50 | p95"))} |");
        Line($"|---|{string.Concat(build.Growth[0].Milliseconds.Keys.Select(_ => "---|---|"))}");
        foreach (var point in build.Growth)
            Line($"| {point.Samples:N0} | {string.Join(" | ", point.Milliseconds.Values.Select(latency => string.Create(CultureInfo.InvariantCulture, $"{latency.P50:0.00} | {latency.P95:0.00}")))} |");
        return text.ToString();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
    }
}
