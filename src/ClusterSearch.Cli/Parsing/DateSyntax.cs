using System.Globalization;

namespace ClusterSearch.Cli.Parsing;

/// <summary>ISO 8601 dates with or without a time of day; without a zone the local one is meant.</summary>
internal static class DateSyntax
{
    public const string Expected = "an ISO 8601 date such as 2026-11-23, 2026-11-23T14:30 or 2026-11-23T14:30:05.250+01:00";

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFFFFFF",
    ];

    private static readonly string[] ZonedFormats = [.. Formats[1..].Select(f => f + "zzz")];

    /// <summary>Whether a text that may be a date or a time is meant as a date.</summary>
    public static bool LooksLikeDate(string text) =>
        text.Length >= 5 && text.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0 && text[4] == '-';

    /// <param name="option">Named in the message.</param>
    /// <param name="zone">Where a date without a zone is meant.</param>
    /// <exception cref="UsageException">It is none, or the zone's clocks skip it.</exception>
    public static DateTimeOffset Parse(string text, string option, TimeZoneInfo zone)
    {
        var normal = text.Trim();
        if (normal.Length > 10 && normal[10] is ' ' or 't') normal = string.Concat(normal.AsSpan(0, 10), "T", normal.AsSpan(11));
        if (normal.EndsWith('Z') || normal.EndsWith('z')) normal = normal[..^1] + "+00:00";
        if (DateTimeOffset.TryParseExact(normal, ZonedFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var zoned)) return zoned;
        if (!DateTime.TryParseExact(normal, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            throw new UsageException($"{option}: expected {Expected}, found '{text}'");
        if (zone.IsInvalidTime(local))
            throw new UsageException($"{option}: the clocks of {zone.Id} skip {text}; give the zone, such as {text}+01:00");
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
