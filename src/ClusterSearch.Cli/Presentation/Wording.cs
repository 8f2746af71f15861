using System.Globalization;
using ClusterSearch.Archive;

namespace ClusterSearch.Cli.Presentation;

/// <summary>Numbers and names as people read them. Always the invariant culture: output is compared and copied.</summary>
internal static class Wording
{
    /// <summary>m:ss.fff, or h:mm:ss.fff from one hour on.</summary>
    public static string Clock(double seconds)
    {
        var milliseconds = (long)Math.Round(seconds * 1000, MidpointRounding.AwayFromZero);
        var (hours, minutes, rest) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60, milliseconds % 60_000);
        return hours > 0
            ? Format($"{hours}:{minutes:00}:{rest / 1000:00}.{rest % 1000:000}")
            : Format($"{minutes}:{rest / 1000:00}.{rest % 1000:000}");
    }

    /// <summary>A span to wait or look back on: "0:08", "12:05", "3:02:11".</summary>
    public static string Span(TimeSpan span)
    {
        var seconds = (long)Math.Round(span.TotalSeconds);
        return seconds >= 3600
            ? Format($"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}")
            : Format($"{seconds / 60}:{seconds % 60:00}");
    }

    /// <summary>How long a call took: "34 ms", "1.3 s".</summary>
    public static string Elapsed(double milliseconds) =>
        milliseconds < 1000 ? Format($"{milliseconds:0} ms") : milliseconds < 120_000 ? Format($"{milliseconds / 1000:0.0} s") : Span(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>An amount of footage: "34 s", "12.5 min", "3.42 h".</summary>
    public static string Footage(double seconds) => seconds switch
    {
        < 120 => Format($"{seconds:0.#} s"),
        < 7200 => Format($"{seconds / 60:0.#} min"),
        _ => Format($"{seconds / 3600:0.##} h"),
    };

    public static string Count(long count, string one, string? many = null) =>
        Format($"{count:#,0} {(count == 1 ? one : many ?? one + "s")}");

    /// <summary>"517 B", "2.2 MB", "606 MB": decimal, as disks and hosts count.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => Format($"{bytes} B"),
        < 1_000_000 => Format($"{bytes / 1e3:0.#} kB"),
        < 100_000_000 => Format($"{bytes / 1e6:0.#} MB"),
        < 10_000_000_000 => Format($"{bytes / 1e6:#,0} MB"),
        _ => Format($"{bytes / 1e9:#,0.#} GB"),
    };

    public static string Percent(double share) => Format($"{share * 100:0} %");

    public static string Labels(IReadOnlyList<NamedLabel> labels) => Safe(string.Join(", ", labels.Select(l => l.Name)));

    public static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A file's name may hold control characters; a terminal would obey them.</summary>
    public static string Safe(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;

    public static string Fault(FileFailure failure) => Fault(failure.Path, failure.Code, failure.Message);

    /// <summary>One line: the file, what is wrong, the code. Most messages name the file already.</summary>
    public static string Fault(string path, string code, string message) =>
        Safe(message.StartsWith(path, StringComparison.Ordinal) ? $"{message} ({code})" : $"{path}: {message} ({code})");
}
