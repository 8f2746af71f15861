using System.Globalization;
using System.Text;

namespace ClusterSearch.Milvus.Filtering;

/// <summary>
/// Values as text of Milvus's expressions. Its strings are C strings with Go's escapes; here everything but plain ASCII is
/// escaped, so that no character of a value has a meaning of its own. See Plan.g4 in Milvus's planparserv2.
/// </summary>
internal static class Literal
{
    public static string Of(string value)
    {
        var text = new StringBuilder("\"", value.Length + 2);
        foreach (var rune in value.EnumerateRunes())
        {
            // Spelt out: quotes of both kinds, the backslash, and what patterns or templates might take for theirs.
            if (rune.Value is >= ' ' and <= '~' and not ('"' or '\'' or '\\' or '{' or '}' or '%' or '$')) text.Append((char)rune.Value);
            else if (rune.Value <= char.MaxValue) text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
        }
        return text.Append('"').ToString();
    }

    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <param name="value">Finite. Written so that it reads as a fraction whatever it is.</param>
    public static string Of(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }

    public static string In(string column, IEnumerable<string> values) => $"{column} in [{string.Join(',', values.Select(Of))}]";
}
