using System.Globalization;

namespace ClusterSearch.Hosting.Parsing;

/// <summary>Amounts of bytes: "500M", "2G", "1.5GiB", "1048576". A thousand is 1024.</summary>
public static class ByteSyntax
{
    private static readonly (string Suffix, int Shift)[] Units = [("K", 10), ("M", 20), ("G", 30), ("T", 40)];

    /// <exception cref="UsageException">It is none.</exception>
    public static long Parse(string text, string option)
    {
        var number = text.Trim();
        foreach (var ending in (string[])["iB", "B"])
            if (number.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^ending.Length];
                break;
            }
        var shift = 0;
        foreach (var (suffix, unit) in Units)
            if (number.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) (number, shift) = (number[..^1], unit);
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value * (1L << shift) <= long.MaxValue
            ? (long)(value * (1L << shift))
            : throw new UsageException($"{option}: expected an amount such as 500M or 2G, found '{text}'");
    }
}
