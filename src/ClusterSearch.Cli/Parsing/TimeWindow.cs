using ClusterSearch.Core.Vectors;

namespace ClusterSearch.Cli.Parsing;

/// <summary>
/// What --after and --before say: a date is wall-clock time, anything else time within each video. Each may be given once
/// in both meanings.
/// </summary>
internal sealed record TimeWindow(DateTimeOffset? RecordedAfter, DateTimeOffset? RecordedBefore, double? SecondsAfter, double? SecondsBefore)
{
    /// <exception cref="UsageException">A bound is neither, stands twice, or nothing lies between two bounds.</exception>
    public static TimeWindow Parse(IReadOnlyList<string> after, IReadOnlyList<string> before, TimeZoneInfo zone)
    {
        var (recordedAfter, secondsAfter) = ParseBounds(after, "--after", zone);
        var (recordedBefore, secondsBefore) = ParseBounds(before, "--before", zone);
        if (recordedAfter >= recordedBefore || secondsAfter >= secondsBefore)
            throw new UsageException("--after is not before --before: no footage lies between them");
        return new TimeWindow(recordedAfter, recordedBefore, secondsAfter, secondsBefore);
    }

    public VectorFilter ApplyTo(VectorFilter filter) => filter with
    {
        RecordedAfter = RecordedAfter,
        RecordedBefore = RecordedBefore,
        SecondsAfter = SecondsAfter,
        SecondsBefore = SecondsBefore,
    };

    private static (DateTimeOffset? Date, double? Seconds) ParseBounds(IReadOnlyList<string> texts, string option, TimeZoneInfo zone)
    {
        DateTimeOffset? date = null;
        double? seconds = null;
        foreach (var text in texts)
        {
            var isDate = DateSyntax.LooksLikeDate(text);
            if (isDate ? date is not null : seconds is not null)
                throw new UsageException($"{option}: given twice as {(isDate ? "a date" : "a time within the video")}");
            if (isDate) date = DateSyntax.Parse(text, option, zone);
            else if (TimeSyntax.TryParse(text, out var value)) seconds = value;
            else throw new UsageException($"{option}: expected {DateSyntax.Expected}, or a time within the video ({TimeSyntax.Expected}), found '{text}'");
        }
        return (date, seconds);
    }
}
