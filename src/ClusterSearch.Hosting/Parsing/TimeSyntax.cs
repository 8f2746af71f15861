using System.Globalization;

namespace ClusterSearch.Hosting.Parsing;

/// <summary>Durations and times within a video: "8", "8s", "250ms", "1.5m", "1h", "1:30", "01:02:03.250".</summary>
public static class TimeSyntax
{
    public const string Expected = "seconds, 8s, 1.5m, 1h, m:ss or hh:mm:ss.fff";

    /// <summary>Longest time that is taken for meant: ten thousand days.</summary>
    private const decimal MaximumSeconds = 10_000m * 86_400m;

    private static readonly (string Suffix, decimal Seconds)[] Units = [("ms", 0.001m), ("s", 1m), ("m", 60m), ("h", 3600m)];

    /// <param name="seconds">0 or more.</param>
    public static bool TryParse(string? text, out double seconds)
    {
        seconds = 0;
        if (string.IsNullOrWhiteSpace(text)) return false;
        var trimmed = text.AsSpan().Trim();
        if (!(trimmed.Contains(':') ? TryClock(trimmed, out var exact) : TryCount(trimmed, out exact)) || exact > MaximumSeconds) return false;
        seconds = (double)exact;
        return true;
    }

    /// <param name="option">Named in the message, such as "--chunk-duration".</param>
    /// <exception cref="UsageException">It is none.</exception>
    public static double Parse(string text, string option) => TryParse(text, out var seconds)
        ? seconds
        : throw new UsageException($"{option}: expected a time ({Expected}), found '{text}'");

    private static bool TryCount(ReadOnlySpan<char> text, out decimal seconds)
    {
        var factor = 1m;
        foreach (var (suffix, unit) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) continue;
            text = text[..^suffix.Length];
            factor = unit;
            break;
        }
        if (!TryNumber(text, out seconds) || seconds > MaximumSeconds) return false;
        seconds *= factor;
        return true;
    }

    private static bool TryClock(ReadOnlySpan<char> text, out decimal seconds)
    {
        seconds = 0;
        var parts = text.ToString().Split(':');
        if (parts.Length > 3) return false;
        for (var i = 0; i < parts.Length; i++)
        {
            var isLast = i == parts.Length - 1;
            if (!TryNumber(parts[i], out var value) || value > MaximumSeconds) return false;
            if (!isLast && value != decimal.Truncate(value)) return false;
            if (!isLast && parts[i].Contains('.', StringComparison.Ordinal)) return false;
            // Only the first part may run past its unit: 90:00 is an hour and a half, 1:90 is a slip.
            if (i > 0 && value >= 60) return false;
            seconds = seconds * 60 + value;
        }
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
}
