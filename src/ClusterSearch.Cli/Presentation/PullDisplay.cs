using ClusterSearch.Pulling;
using Spectre.Console;

namespace ClusterSearch.Cli.Presentation;

/// <summary>Shows a download on standard error: a bar on a terminal, else a line every few seconds.</summary>
internal static class PullDisplay
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <param name="plain">Lines even on a terminal.</param>
    public static Task<T> RunAsync<T>(Terminal terminal, bool plain, TimeProvider clock, Func<IProgress<PullProgress>, Task<T>> work) =>
        terminal.IsErrorRich && !plain ? WithBarAsync(terminal, work) : work(new Lines(terminal.Error, clock));

    /// <summary>"412 of 606 MB, 11.2 MB/s, 0:17 left: onnx/vision_model.onnx".</summary>
    public static string Describe(PullProgress p)
    {
        var speed = p.BytesPerSecond > 0 ? $", {Wording.Bytes((long)p.BytesPerSecond)}/s" : "";
        var left = p.BytesPerSecond > 0 && p.BytesTotal > p.BytesDone
            ? $", {Wording.Span(TimeSpan.FromSeconds(Math.Min(3e8, (p.BytesTotal - p.BytesDone) / p.BytesPerSecond)))} left" : "";
        return Wording.Safe($"{Wording.Bytes(p.BytesDone)} of {Wording.Bytes(p.BytesTotal)}{speed}{left}: {p.File}");
    }

    private static Task<T> WithBarAsync<T>(Terminal terminal, Func<IProgress<PullProgress>, Task<T>> work) =>
        terminal.ErrorConsole.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(context =>
            {
                var bar = context.AddTask("asking the host", maxValue: 1);
                bar.IsIndeterminate = true;
                return work(new Bar(bar));
            });

    private sealed class Bar(ProgressTask bar) : IProgress<PullProgress>
    {
        public void Report(PullProgress value)
        {
            bar.IsIndeterminate = value.BytesTotal <= 0;
            bar.Description = Markup.Escape(Describe(value));
            if (value.BytesTotal <= 0) return;
            bar.MaxValue = value.BytesTotal;
            bar.Value = Math.Min(value.BytesDone, value.BytesTotal);
        }
    }

    private sealed class Lines(TextWriter error, TimeProvider clock) : IProgress<PullProgress>
    {
        private long _lastAt = clock.GetTimestamp();

        public void Report(PullProgress value)
        {
            if (clock.GetElapsedTime(_lastAt) < LineInterval) return;
            _lastAt = clock.GetTimestamp();
            error.WriteLine(Describe(value));
        }
    }
}
