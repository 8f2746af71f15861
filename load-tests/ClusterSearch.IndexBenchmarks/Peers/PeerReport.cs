using System.Globalization;
using System.Text;
using System.Text.Json;
using ClusterSearch.IndexBenchmarks.Reporting;
using ClusterSearch.IndexBenchmarks.Truth;

namespace ClusterSearch.IndexBenchmarks.Peers;

/// <summary>Puts the figures of all programs beside each other; recall is computed here, for all of them alike.</summary>
internal static class PeerReport
{
    private const int Top = 10;

    private static readonly JsonSerializerOptions s_indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes peers.json and a plot for each number of threads; returns tables in Markdown.</summary>
    /// <param name="data">Exported rows, queries and truth.</param>
    /// <param name="figures">A file of <see cref="PeerFigures"/> for each index.</param>
    public static string Write(string data, IEnumerable<string> figures, string directory)
    {
        var peers = figures.Select(PeerFigures.Read).ToList();
        using var judge = new PeerJudge(data, Top);
        var judged = peers.ConvertAll(peer => new JudgedPeer(peer, [.. peer.Runs.Select(run => new JudgedRun(run, judge.RecallOf(run.Found)))]));
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "index-peers.json"), ToJson(judged, judge));
        foreach (var threads in (int[])[1, 2])
            File.WriteAllText(Path.Combine(directory, $"index-peers-{threads}.svg"), Plot(judged, threads));
        return ToMarkdown(judged, judge);
    }

    private static string Plot(List<JudgedPeer> peers, int threads)
    {
        var lines = peers.ConvertAll(peer => new PlotLine(peer.Figures.System,
            [.. peer.Runs.Where(run => run.Run.Threads == threads).OrderBy(run => run.Recall.Tolerant).Select(run => (run.Recall.Tolerant, run.Run.QueriesPerSecond))]));
        return SvgPlot.Draw(
            threads == 1 ? "One thread, one query at a time" : "Two threads, all queries at once",
            new PlotAxis($"recall@{Top}, tolerance {Recall.Tolerance}", [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1], false),
            PlotAxis.Logarithmic("queries a second", lines.SelectMany(line => line.Points).Where(point => point.X >= 0.5).Select(point => point.Y)),
            lines.ConvertAll(line => line with { Points = [.. line.Points.Where(point => point.X >= 0.5)] }));
    }

    private static string ToMarkdown(List<JudgedPeer> peers, PeerJudge judge)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{judge.RowCount:N0} rows of {judge.Dimension}, {judge.QueryCount} queries, recall@{Top}.").AppendLine();
        text.AppendLine("| index | version | built as | build, s | build, processor s | on disk, MB | memory, MiB |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (var (peer, _) in peers)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {peer.System} | {peer.Version} | {peer.Parameters} | {peer.Build.Seconds:0} | {peer.Build.ProcessorSeconds:0} | {peer.Build.Bytes / 1e6:0} | {peer.MemoryMiB:0} |");
        text.AppendLine().AppendLine("| index | setting | threads | recall, tolerance 0.001 | recall, strict | queries/s | p50, ms | p95, ms |").AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var (peer, runs) in peers)
            foreach (var (run, recall) in runs)
                text.AppendLine(CultureInfo.InvariantCulture, $"| {peer.System} | {run.Setting} | {run.Threads} | {recall.Tolerant:0.0000} | {recall.Strict:0.0000} | {run.QueriesPerSecond:0.#} | {run.MillisecondsP50:0.00} | {run.MillisecondsP95:0.00} |");
        return text.ToString();
    }

    private static string ToJson(List<JudgedPeer> peers, PeerJudge judge) => JsonSerializer.Serialize(new
    {
        schemaVersion = 1,
        rows = judge.RowCount,
        judge.Dimension,
        queries = judge.QueryCount,
        top = Top,
        peers = peers.Select(peer => new
        {
            peer.Figures.System, peer.Figures.Version, peer.Figures.Parameters, peer.Figures.Build, peer.Figures.MemoryMiB,
            runs = peer.Runs.Select(run => new
            {
                run.Run.Setting, run.Run.Threads, run.Run.QueriesPerSecond, run.Run.MillisecondsP50, run.Run.MillisecondsP95,
                recall = run.Recall.Tolerant, recallStrict = run.Recall.Strict,
            }),
        }),
    }, s_indented);

    private sealed record JudgedPeer(PeerFigures Figures, IReadOnlyList<JudgedRun> Runs);

    private sealed record JudgedRun(PeerRun Run, Recall Recall);
}
