using System.Globalization;

namespace ClusterSearch.Hosting.Parsing;

/// <summary>Values out of a short list, and whole numbers in a range.</summary>
public static class Choice
{
    /// <summary>The enum member whose name is the text, in any case.</summary>
    /// <exception cref="UsageException">None is.</exception>
    public static T Of<T>(string text, string option)
        where T : struct, Enum
    {
        foreach (var name in Enum.GetNames<T>())
            if (string.Equals(name, text, StringComparison.OrdinalIgnoreCase)) return Enum.Parse<T>(name);
        var names = Enum.GetNames<T>().Select(n => n.ToLowerInvariant()).ToArray();
        throw new UsageException($"{option}: expected {string.Join(", ", names[..^1])} or {names[^1]}, found '{text}'");
    }

    /// <exception cref="UsageException">It is none, or outside the range.</exception>
    public static int Number(string text, string option, int minimum, int maximum) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
            ? value
            : throw new UsageException($"{option}: expected a whole number from {minimum} to {maximum}, found '{text}'");
}
