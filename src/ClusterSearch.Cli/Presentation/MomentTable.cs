using ClusterSearch.Archive;
using ClusterSearch.Core.Ranking;
using Spectre.Console;

namespace ClusterSearch.Cli.Presentation;

/// <summary>An answer as a table, its verdict, and how much of the archive it covers.</summary>
internal static class MomentTable
{
    private const int BarLength = 10;

    public static void Write(Terminal terminal, SearchAnswer answer, bool explain)
    {
        if (answer.Moments.Count > 0) terminal.Console.Write(Table(terminal, answer.Moments));
        terminal.Out.WriteLine($"{Judgement(answer)}  ({Wording.Elapsed(answer.Timings.TotalMs)})");
        terminal.Out.WriteLine(Covered(answer.Coverage));
        if (Gap(answer.Coverage) is { } gap)
        {
            if (terminal.IsRich) terminal.Console.Write(new Text(gap + Environment.NewLine, new Style(Color.Yellow)));
            else terminal.Out.WriteLine(gap);
        }
        if (!explain) return;
        terminal.Out.WriteLine();
        foreach (var line in answer.Explanation) terminal.Out.WriteLine(Wording.Safe(line));
    }

    public static string Judgement(SearchAnswer answer) => answer.Verdict switch
    {
        Verdict.Ok => "Verdict: ok",
        Verdict.Weak => "Verdict: weak, the best is doubtful",
        _ => answer.Moments.Count == 0 ? "Verdict: nothing was found" : "Verdict: nothing stands out",
    };

    public static string Covered(Coverage c)
    {
        var filtered = c.FilteredOut > 0 ? Wording.Format($", {c.FilteredOut:#,0} filtered out") : "";
        return $"Searched {Wording.Count(c.Samples, "sample")} of {Wording.Count(c.Videos, "video")}{filtered}";
    }

    /// <summary>Null when the answer covers the whole archive.</summary>
    public static string? Gap(Coverage c)
    {
        if (c.Videos == 0 && c.Failed == 0) return "Warning: the archive holds no footage yet; `clustersearch ingest PATH` takes some in";
        if (c.UnansweredShards.Count > 0)
            return $"Warning: {Wording.Count(c.UnansweredShards.Count, "part")} of the archive ({string.Join(", ", c.UnansweredShards)}) did not answer in time, {Wording.Count(c.UnansweredSamples, "sample")} not searched; ask again, or see that every silo runs";
        if (c.DamagedParts.Count > 0)
            return $"Warning: {(c.DamagedParts.Count >= Coverage.MaximumDamagedParts ? "at least " : "")}{Wording.Count(c.DamagedParts.Count, "part")} of the index found damaged and left out; `clustersearch verify --repair` where the archive lies makes them again";
        if (c.Searchable >= c.Videos && c.Failed == 0 && c.MissingSeconds <= 0) return null;
        var failed = c.Failed > 0 ? $", {c.Failed} failed" : "";
        var missing = c.MissingSeconds > 0 ? $", {Wording.Footage(c.MissingSeconds)} of footage not searched" : "";
        return $"Warning: {c.Searchable} of {Wording.Count(c.Videos, "video")} wholly searchable{failed}{missing}; `clustersearch status` says why";
    }

    private static Table Table(Terminal terminal, IReadOnlyList<Moment> moments)
    {
        var table = TextTable.Empty(terminal);
        table.AddColumn(new TableColumn("#").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("relevance").NoWrap());
        table.AddColumn(new TableColumn("video"));
        table.AddColumn(new TableColumn("from - to").NoWrap());
        var hasDates = moments.Any(m => m.RecordedAt is not null);
        if (hasDates) table.AddColumn(new TableColumn("recorded").NoWrap());
        table.AddColumn(new TableColumn("shows"));
        foreach (var moment in moments)
        {
            var cells = new List<Text>
            {
                new(Wording.Format($"{moment.Rank}")),
                Relevance(terminal, moment),
                new(Wording.Safe(moment.FileName)),
                new($"{Wording.Clock(moment.Start)} - {Wording.Clock(moment.End)}"),
            };
            if (hasDates) cells.Add(new(moment.RecordedAt is { } date ? Wording.Format($"{date:yyyy-MM-dd HH:mm:ss}") : ""));
            cells.Add(new(Shows(moment)));
            table.AddRow(cells);
        }
        return table;
    }

    private static string Shows(Moment moment)
    {
        var similar = moment.Similar.Count > 0 ? $"{moment.Similar.Count} more like this" : "";
        var labels = Wording.Labels(moment.Labels);
        return labels.Length > 0 && similar.Length > 0 ? $"{labels} ({similar})" : labels + similar;
    }

    /// <summary>Without a calibration the score itself: it orders, but says nothing of certainty.</summary>
    private static Text Relevance(Terminal terminal, Moment moment)
    {
        if (moment.Relevance is not { } relevance) return new Text(Wording.Format($"score {moment.Score:0.000}"));
        var percent = Wording.Percent(relevance).PadLeft(5);
        if (!terminal.IsRich) return new Text(percent);
        var filled = (int)Math.Round(Math.Clamp(relevance, 0, 1) * BarLength);
        return new Text($"{new string('█', filled)}{new string('░', BarLength - filled)} {percent}", new Style(Colour(relevance)));
    }

    private static Color Colour(double relevance) => relevance >= 0.5 ? Color.Green : relevance >= 0.2 ? Color.Yellow : Color.Grey;
}
