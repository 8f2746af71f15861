using ClusterSearch.Archive;
using Spectre.Console;

namespace ClusterSearch.Cli.Presentation;

/// <summary>Shows long work on standard error: a bar on a terminal, else a line every few seconds.</summary>
internal static class IngestDisplay
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <param name="plain">Lines even on a terminal.</param>
    public static Task<T> RunAsync<T>(Terminal terminal, bool plain, TimeProvider clock, Func<IProgress<IngestProgress>, Task<T>> work) =>
        terminal.IsErrorRich && !plain ? WithBarAsync(terminal, work) : work(new ProgressLines(terminal.Error, clock, LineInterval));

    /// <summary>"0.42 of 1.20 h, 41 × real time, 1:08 left, 3 of 7 videos, 1 failed".</summary>
    public static string Describe(IngestProgress p)
    {
        var note = p.Note is null ? "" : $"; {Wording.Safe(p.Note)}";
        if (p.Stage == IngestStage.Discovering) return $"looking for footage: {Wording.Count(p.Videos, "video")}";
        var hours = Wording.Format($"{p.SecondsDone / 3600:0.00} of {p.SecondsTotal / 3600:0.00} h");
        var speed = p.TimesRealTime > 0 ? Wording.Format($", {p.TimesRealTime:0} × real time") : "";
        var left = p.TimeLeft is { } time && p.Stage != IngestStage.Done ? $", {Wording.Span(time)} left" : "";
        var failed = p.Failures > 0 ? $", {p.Failures} failed" : "";
        return $"{hours}{speed}{left}, {p.VideosDone} of {Wording.Count(p.Videos, "video")}{failed}{note}";
    }

    private static async Task<T> WithBarAsync<T>(Terminal terminal, Func<IProgress<IngestProgress>, Task<T>> work)
    {
        return await terminal.ErrorConsole.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(context =>
            {
                var bar = context.AddTask("looking for footage", maxValue: 1);
                bar.IsIndeterminate = true;
                return work(new ProgressBar(bar));
            });
    }

    private sealed class ProgressBar(ProgressTask bar) : IProgress<IngestProgress>
    {
        public void Report(IngestProgress value)
        {
            bar.Description = Markup.Escape(Describe(value));
            bar.IsIndeterminate = value.Stage == IngestStage.Discovering;
            if (value.SecondsTotal <= 0) return;
            bar.MaxValue = value.SecondsTotal;
            bar.Value = Math.Min(value.SecondsDone, value.SecondsTotal);
        }
    }
}

/// <summary>At most one line an interval; nothing for work that is done before the first is over.</summary>
internal sealed class ProgressLines(TextWriter error, TimeProvider clock, TimeSpan interval) : IProgress<IngestProgress>
{
    private readonly Lock _lock = new();
    private long _lastAt = clock.GetTimestamp();
    private string? _note;

    public void Report(IngestProgress value)
    {
        lock (_lock)
        {
            // What holds the run up is told at once, and once.
            var isNews = value.Note is not null && value.Note != _note;
            _note = value.Note;
            if (!isNews && clock.GetElapsedTime(_lastAt) < interval) return;
            _lastAt = clock.GetTimestamp();
        }
        error.WriteLine(IngestDisplay.Describe(value));
    }
}
